# Answers, and leaves a child behind that holds its output open.
import os
import time

print(sum(map(int, input().split())), flush=True)
if os.fork() == 0:
    os.setsid()
    time.sleep(600)
