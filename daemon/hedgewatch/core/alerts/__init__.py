"""What becomes of an alert. `lifecycle` is the table, the only place where a state changes.

It asks `settling` when over is over, `worsening` when to tell again, `texts` for the words of now,
and `telling` makes of a record what is told. Around it: `endings`, the alerts of what is gone;
`memory`, what is known of those that do not stand; `rowless`, those without a row; `own`, those of
the daemon itself.
"""
