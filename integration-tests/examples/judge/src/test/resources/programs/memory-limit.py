held = []
while True:
    held.append(b"1" * (1 << 20))
