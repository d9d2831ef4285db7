with open("/tmp/file", "wb") as file:
    while True:
        file.write(b"1" * (1 << 20))
