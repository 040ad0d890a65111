"""The lives of cases: one module a workflow. It imports only contracts and its siblings."""
