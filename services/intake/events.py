"""The facts intake listens to: none. It stands at the beginning; what it tells, its store emits."""

from chassis.bus import Events

events = Events("intake")
