#!/bin/sh
# The product's namespace. Histories of closed cases stay for ten years, so that a workflow id is
# never free again for a late duplicate.
set -eu

temporal operator namespace describe --namespace "$TEMPORAL_NAMESPACE" ||
	temporal operator namespace create --namespace "$TEMPORAL_NAMESPACE"
temporal operator namespace update --namespace "$TEMPORAL_NAMESPACE" --retention 87600h
temporal operator search-attribute list --namespace "$TEMPORAL_NAMESPACE" | grep -q CaseId ||
	temporal operator search-attribute create --namespace "$TEMPORAL_NAMESPACE" \
		--name CaseId --type Keyword
