"""Registration, join and cancel pages for people outside Slack: their tokens, their state and the queue behind them."""
