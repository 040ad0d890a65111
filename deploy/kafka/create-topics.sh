#!/bin/bash
# The topics of the bus: one a publishing service. Run again, it changes nothing.
# The relays keep what they published for seven days, and publish it again if the topics are lost;
# the topics therefore need to keep no more.
set -euo pipefail

for service in intake coordination participation indicators; do
	/opt/kafka/bin/kafka-topics.sh --bootstrap-server kafka:9092 --create --if-not-exists \
		--topic "kasane.$service" --partitions 4 --replication-factor 1 \
		--config retention.ms=604800000 --config min.insync.replicas=1
done
