from kg_docre.cli import app

app()
