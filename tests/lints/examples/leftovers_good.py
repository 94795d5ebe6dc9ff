# as: src/allears/listen/queries.py
todo_list = ["a voice without an owner"]
size: int = measure()  # type: ignore[no-untyped-call]
