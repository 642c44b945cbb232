// The visible part as files: a picture, Turtle, CSV. Each file is made here; nothing is sent anywhere.
function download(blob, name) {
  const address = URL.createObjectURL(blob);
  make('a', {href: address, download: name}).click();
  setTimeout(() => URL.revokeObjectURL(address), 10000);
}
// The facts that are drawn: their node or their line is.
function drawnFacts() {
  const found = new Set([...shown.edges.values()].flatMap(({line}) => line.facts));
  for (const id of shown.nodes) if (facts.has(id)) found.add(id);
  for (const fact of data.facts) if (fact.kind === 'relation' && !fact.object && shown.nodes.has(fact.subject)) found.add(fact.id);
  return data.facts.filter(fact => found.has(fact.id) && shown.facts.has(fact.id));
}

const ns = data.namespaces;
const iri = id => `<${(/^[a-z][a-z0-9+.-]*:/i.test(id) ? id : ns.base + id)
  .replace(/[<>"{}|\\^`[\]\p{C}\p{Z}\ufff0-\uffff]|%(?![0-9a-f]{2})/giu, letter => encodeURIComponent(letter.replace(/\p{Cs}/u, '\ufffd')))}>`;
const term = name => /^[A-Za-z_][\w-]*$/.test(name) ? `kg:${name}` : iri(ns.kg + name);
const quoted = (text, suffix = '') => '"' + String(text).replace(/[\\"]/g, '\\$&').replace(/[\x00-\x1f\x7f\u2028\u2029]/g,
  letter => '\\u' + letter.charCodeAt(0).toString(16).padStart(4, '0')) + '"' + suffix;
const dated = text => quoted(text, {4: '^^xsd:gYear', 7: '^^xsd:gYearMonth', 10: '^^xsd:date'}[text.length] || '');
const literal = text => /^-?\d{1,15}$/.test(text) ? `"${text}"^^xsd:integer` : quoted(text);

const geometryOf = id => id.startsWith('entity/') ? id.replace('entity', 'geometry') : id + '/geometry';

function toTurtle() {
  const out = Object.entries(ns).filter(([name]) => name !== 'base').sort().map(([name, address]) => `@prefix ${name}: <${address}> .`);
  const say = (subject, pairs) => out.push('', `${subject} ` + pairs.filter(Boolean).map(([p, o]) => `${p} ${o}`).join(' ;\n    ') + ' .');
  const list = drawnFacts(), told = new Set(list.flatMap(fact => fact.sentences || []));
  const ids = new Set([...shown.nodes].filter(id => !facts.has(id)));
  for (const fact of list) for (const id of [fact.subject, fact.object, ...(fact.roles || []).map(role => role[1]), ...(fact.by || [])])
    if (nodes.has(id) && !facts.has(id)) ids.add(id);
  for (const id of [...ids].sort()) {
    const node = nodes.get(id), classes = [node.cls, ...(data.parents[node.cls] || [])].filter(cls => cls !== 'Thing');
    say(iri(id), [classes.length && ['a', classes.map(term).join(', ')], ['skos:prefLabel', quoted(node.name, '@en')],
      ...(node.names || []).map(name => ['skos:altLabel', quoted(name, '@en')]),
      node.point && ['geo:hasGeometry', iri(geometryOf(id))]]);
    if (node.point) say(iri(geometryOf(id)), [['a', 'geo:Geometry'], ['geo:asWKT', quoted(`POINT(${node.point.join(' ')})`, '^^geo:wktLiteral')]]);
  }
  for (const fact of list) {
    if (fact.kind === 'relation' && !fact.confidence && !(fact.sentences || []).length) {
      say(iri(fact.subject), [[term(fact.cls), fact.object ? iri(fact.object) : literal(fact.value || '')]]);
      continue;
    }
    const shared = [
      ...(fact.begin ? [['kg:beginDate', dated(fact.begin)]] : []), ...(fact.end ? [['kg:endDate', dated(fact.end)]] : []),
      fact.basis && ['kg:dateBasis', quoted(fact.basis)], ['kg:realis', quoted(fact.realis)],
      ...(fact.by || []).map(id => ['kg:accordingTo', iri(id)]),
      fact.confidence !== undefined && ['kg:confidence', `"${fact.confidence}"^^xsd:decimal`],
      ...(fact.sentences || []).map(id => ['prov:wasDerivedFrom', iri(id)]),
    ];
    if (fact.kind === 'event') say(iri(fact.id), [
      ['a', [...new Set([fact.cls, 'Event'])].map(term).join(', ')], ['rdfs:label', quoted(fact.label || fact.cls)],
      fact.mode && ['kg:mode', term('mode-' + fact.mode)],
      ...(fact.roles || []).map(([role, id]) => [term(role), iri(id)]),
      ...(fact.values || []).map(([role, value]) => [term(role), literal(value)]), ...shared]);
    else {
      const object = fact.object ? iri(fact.object) : literal(fact.value || '');
      if (fact.realis === 'actual') say(iri(fact.subject), [[term(fact.cls), object]]);
      say(iri(fact.id), [['a', 'kg:Assertion'], ['rdf:subject', iri(fact.subject)], ['rdf:predicate', term(fact.cls)], ['rdf:object', object], ...shared]);
    }
  }
  const papers = new Set();
  for (const id of [...told].sort()) {
    const sentence = sentences.get(id);
    if (!sentence) continue;
    papers.add(sentence.article);
    say(iri(id), [['a', 'kg:Sentence'], ['nif:isString', quoted(sentence.text)], ['kg:offset', `"${sentence.begin}"^^xsd:nonNegativeInteger`],
      ['dcterms:isPartOf', iri(sentence.article)]]);
  }
  for (const id of [...papers].sort()) {
    const paper = articles.get(id) || {title: id};
    say(iri(id), [['a', 'kg:Article'], ['schema:headline', quoted(paper.title)], paper.date && ['schema:datePublished', dated(paper.date)],
      paper.author && ['dc:creator', quoted(paper.author)], paper.source && ['dc:source', quoted(paper.source)], paper.url && ['schema:url', iri(paper.url)]]);
  }
  return out.join('\n') + '\n';
}

// One line a fact and sentence. A spreadsheet takes =, +, - and @ at the begin of a cell for a formula.
function toCsv() {
  const cell = value => {
    const text = String(value ?? ''), safe = /^[=+\-@\t\r]/.test(text) ? "'" + text : text;
    return /[",\r\n]/.test(safe) ? `"${safe.replace(/"/g, '""')}"` : safe;
  };
  const roles = (fact, ...wanted) => inRole(fact, ...wanted).map(nameOf).join('; ');
  const rows = [['kind', 'class', 'subject', 'object', 'place', 'begin', 'end', 'realis', 'according to', 'confidence',
    'sentence', 'article', 'published', 'source', 'url', 'id']];
  for (const fact of drawnFacts()) for (const id of (fact.sentences || []).length ? fact.sentences : [null]) {
    const sentence = sentences.get(id) || {}, paper = articles.get(sentence.article) || {};
    const [subject, object] = fact.kind === 'event' ? [roles(fact, 'actor'), roles(fact, 'recipient') || roles(fact, 'object')]
      : [nameOf(fact.subject), fact.object ? nameOf(fact.object) : fact.value];
    rows.push([fact.kind, fact.cls, subject, object, roles(fact, 'base', 'place'), fact.begin, fact.end, fact.realis, whoSays(fact),
      fact.confidence, sentence.text, paper.title, paper.date, paper.source, paper.url, fact.id]);
  }
  return rows.map(row => row.map(cell).join(',')).join('\r\n') + '\r\n';
}
function startSaving() {
  byId('picture').onclick = savePicture;
  byId('turtle').onclick = () => download(new Blob([toTurtle()], {type: 'text/turtle'}), 'kgraph.ttl');
  byId('csv').onclick = () => download(new Blob(['\ufeff', toCsv()], {type: 'text/csv'}), 'kgraph.csv');
}
