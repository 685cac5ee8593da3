"""Compare every response of the RingCentral stand-in with the published OpenAPI document."""
