"""`/webinar subscribe`, `unsubscribe` and `subscriptions`: which notices a channel gets."""
