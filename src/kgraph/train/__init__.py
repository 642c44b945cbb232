"""`kgraph train`: makes the English model that ships in the package. The only place that needs torch."""
