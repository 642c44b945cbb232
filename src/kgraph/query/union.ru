# Around an update of a user: the default graph is kept as the union of the named ones.
COPY SILENT DEFAULT TO GRAPH <…/before> ;
# ---- the update ----
# What was taken from the union is taken from every article.
DELETE { GRAPH ?g { ?s ?p ?o } }
WHERE { GRAPH <…/before> { ?s ?p ?o } FILTER NOT EXISTS { ?s ?p ?o } GRAPH ?g { ?s ?p ?o } } ;
# What was put into the union is kept in a graph of its own.
INSERT { GRAPH <…/added> { ?s ?p ?o } }
WHERE {
  ?s ?p ?o
  FILTER NOT EXISTS { GRAPH <…/before> { ?s ?p ?o } }
  FILTER NOT EXISTS { GRAPH ?g { ?s ?p ?o } FILTER(?g != <…/readings>) }
} ;
# What no article says any more leaves the union.
DELETE { ?s ?p ?o }
WHERE {
  ?s ?p ?o
  FILTER NOT EXISTS { GRAPH ?g { ?s ?p ?o } FILTER(?g NOT IN (<…/before>, <…/readings>)) }
} ;
# What was put into an article enters it.
INSERT { ?s ?p ?o }
WHERE { GRAPH ?g { ?s ?p ?o } FILTER(?g NOT IN (<…/before>, <…/readings>)) FILTER NOT EXISTS { ?s ?p ?o } } ;
DROP SILENT GRAPH <…/before>
