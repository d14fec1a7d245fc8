"""How fast Grove is: stores of many sizes, measured through the desk, beside the bare driver."""
