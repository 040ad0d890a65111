"""The embedded stack's own OpenID Connect issuer: synthetic people, the stack's clients.

It exists so that one machine can show every login and every token of the product without another
server. It refuses to start in the production profile, where any OpenID Connect provider that puts
the same claims into its tokens takes its place.
"""

from deploy.embedded.issuer.app import create_app

__all__ = ["create_app"]
