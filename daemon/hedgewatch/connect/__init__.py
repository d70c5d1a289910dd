"""`hedgewatch connect`: a first configuration, made by asking, looking and proposing."""
