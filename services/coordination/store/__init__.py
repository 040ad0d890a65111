"""The verbs by which coordination's rows change, one module per concept."""
