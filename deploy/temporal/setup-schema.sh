#!/bin/sh
# Temporal's own tables, in the two databases that PostgreSQL made on its first start.
set -eu

for store in temporal visibility; do
	database=temporal
	[ "$store" = visibility ] && database=temporal_visibility
	tool() {
		SQL_PASSWORD="$DB_PASSWORD" temporal-sql-tool --plugin postgres12 --ep postgres -p 5432 \
			-u temporal --db "$database" "$@"
	}
	tool setup-schema -v 0.0 2>/dev/null || true
	tool update-schema -d "/etc/temporal/schema/postgresql/v12/$store/versioned"
done
