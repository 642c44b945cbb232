'use strict';
// Everything from the graph is put on the page as text, never as markup: articles are hostile.

const MOST_ROWS = 1000; // on the page; a saved file has them all
const ROW_FILES = { CSV: 'text/csv', TSV: 'text/tab-separated-values',
  JSON: 'application/sparql-results+json', XML: 'application/sparql-results+xml' };
const GRAPH_FILES = { Turtle: 'text/turtle', 'N-Triples': 'application/n-triples',
  'RDF/XML': 'application/rdf+xml', 'JSON-LD': 'application/ld+json' };
const SUFFIX = { CSV: 'csv', TSV: 'tsv', JSON: 'srj', XML: 'srx', Turtle: 'ttl', 'N-Triples': 'nt',
  'RDF/XML': 'rdf', 'JSON-LD': 'jsonld' };

const at = id => document.getElementById(id);
let prefixes = {};
let running = null;

function make(name, text, className) {
  const made = document.createElement(name);
  if (text !== undefined) made.textContent = text;
  if (className) made.className = className;
  return made;
}

async function request(sparql, accept, signal) {
  const answer = await fetch('sparql', { method: 'POST', body: sparql, signal,
    headers: { 'Content-Type': 'application/sparql-query', Accept: accept } });
  if (!answer.ok) throw new Error((await answer.text()).trim() || `status ${answer.status}`);
  return answer;
}

async function ask() {
  if (running) running.abort();
  const mine = running = new AbortController();
  const sparql = at('sparql').value;
  at('problem').hidden = at('save').hidden = true;
  at('stop').hidden = false;
  at('state').textContent = 'asking …';
  at('answer').replaceChildren();
  history.replaceState(null, '', '#' + encodeURIComponent(sparql));
  const begun = performance.now();
  try {
    const answer = await request(sparql, 'application/sparql-results+json, text/turtle', mine.signal);
    const isGraph = answer.headers.get('Content-Type').startsWith('text/turtle');
    const what = isGraph ? showGraph(await answer.text()) : showRows(await answer.json());
    at('state').textContent = `${what}, ${((performance.now() - begun) / 1000).toFixed(2)} s`;
    offer(sparql, isGraph ? GRAPH_FILES : ROW_FILES);
  } catch (error) {
    if (running !== mine) return; // another query has taken its place
    at('state').textContent = error.name === 'AbortError' ? 'stopped' : '';
    at('problem').hidden = error.name === 'AbortError';
    at('problem').textContent = error.message;
  } finally {
    if (running === mine) {
      running = null;
      at('stop').hidden = true;
    }
  }
}

function showGraph(turtle) {
  at('answer').append(make('pre', turtle, 'graph'));
  return 'a graph';
}

function showRows(answer) {
  if ('boolean' in answer) {
    at('answer').append(make('p', answer.boolean ? 'yes' : 'no'));
    return 'yes or no';
  }
  const rows = answer.results.bindings;
  const table = make('table'), head = table.createTHead().insertRow(), body = table.createTBody();
  for (const name of answer.head.vars) {
    const cell = make('th', name);
    cell.scope = 'col';
    head.append(cell);
  }
  for (const row of rows.slice(0, MOST_ROWS)) {
    const line = body.insertRow();
    for (const name of answer.head.vars) show(line.insertCell(), row[name]);
  }
  at('answer').append(table);
  const count = `${rows.length.toLocaleString('en')} row${rows.length === 1 ? '' : 's'}`;
  return rows.length > MOST_ROWS ? `${count}, the first ${MOST_ROWS.toLocaleString('en')} are shown` : count;
}

function show(cell, term) {
  if (!term) return;
  cell.dir = 'auto';
  if (term.type !== 'uri') {
    cell.textContent = term.value;
    if (/#(integer|decimal|double|float)$/.test(term.datatype || '')) cell.className = 'number';
    if (term['xml:lang']) cell.append(' ', make('span', '@' + term['xml:lang'], 'tag'));
    return;
  }
  const button = make('button', short(term.value), 'iri');
  button.type = 'button';
  button.title = `All about ${term.value}`;
  button.addEventListener('click', () => {
    at('sparql').value = `SELECT ?property ?value ?of WHERE {\n  { <${term.value}> ?property ?value }\n` +
      `  UNION { ?of ?property <${term.value}> }\n}\nORDER BY ?property ?value ?of LIMIT 500`;
    ask();
  });
  cell.append(button);
  if (/^https?:\/\//.test(term.value) && !term.value.startsWith('https://w3id.org/kgraph')) {
    const link = make('a', '↗');
    link.href = term.value;
    link.rel = 'noreferrer noopener';
    link.target = '_blank';
    link.title = 'Open this address';
    cell.append(' ', link);
  }
}

function short(iri) {
  for (const [name, space] of Object.entries(prefixes)) {
    if (iri.startsWith(space) && /^[\w-]+$/.test(iri.slice(space.length))) return `${name}:${iri.slice(space.length)}`;
  }
  return iri.replace('https://w3id.org/kgraph/', '…/');
}

function offer(sparql, kinds) {
  const save = at('save');
  save.replaceChildren('Save as');
  for (const [name, accept] of Object.entries(kinds)) {
    const button = make('button', name);
    button.type = 'button';
    button.addEventListener('click', async () => {
      try {
        const link = make('a');
        link.href = URL.createObjectURL(await (await request(sparql, accept)).blob());
        link.download = `answer.${SUFFIX[name]}`;
        link.click();
        setTimeout(() => URL.revokeObjectURL(link.href), 10000);
      } catch (error) {
        at('problem').textContent = error.message;
        at('problem').hidden = false;
      }
    });
    save.append(button);
  }
  save.hidden = false;
}

async function start() {
  at('form').addEventListener('submit', event => { event.preventDefault(); ask(); });
  at('stop').addEventListener('click', () => running && running.abort());
  at('sparql').addEventListener('keydown', event => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) { event.preventDefault(); ask(); }
  });
  const known = await (await fetch('queries.json')).json();
  prefixes = known.prefixes;
  at('prefixes').textContent = `Known prefixes: ${Object.keys(prefixes).join(', ')}`;
  for (const query of known.queries) {
    const option = make('option', query.name);
    option.value = query.name;
    at('named').append(option);
  }
  at('named').addEventListener('change', () => {
    const query = known.queries.find(each => each.name === at('named').value);
    at('about').textContent = query ? query.about : '';
    if (query) at('sparql').value = query.sparql;
  });
  let given = '';
  try { given = decodeURIComponent(location.hash.slice(1)); } catch { /* not ours */ }
  // A query that comes with the address is shown, not asked: a click decides.
  at('sparql').value = given || 'SELECT ?kind (COUNT(?thing) AS ?number)\nWHERE { ?thing a ?kind }\n' +
    'GROUP BY ?kind\nORDER BY DESC(?number)';
}

start();
