package com.example.judge;

/** What a judge may say. */
public enum Verdict {
  ACCEPTED,
  COMPILE_ERROR,
  WRONG_ANSWER,
  TIME_LIMIT,
  MEMORY_LIMIT,
  OUTPUT_LIMIT,
  /** It ended by a signal or with another exit code than 0, or had too many processes. */
  CRASH
}
