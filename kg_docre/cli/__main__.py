from kg_docre.cli import main

if __name__ == "__main__":
    main()
