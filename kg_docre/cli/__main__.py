from kg_docre.cli import app

if __name__ == "__main__":
    app()
