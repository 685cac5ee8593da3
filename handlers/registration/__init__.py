"""`/webinar open`, `close` and `limit`, the registration form, the chart and the file of links."""
