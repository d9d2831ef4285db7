package com.example.judge;

/**
 * What a judge says of a submission.
 *
 * @param test the number of the test that it is about, from 1; 0 for the compiler; the last one if
 *     all were passed
 * @param detail how the program or the compiler ended, and the last that it wrote to its standard
 *     error
 */
public record Judgement(Verdict verdict, int test, String detail) {}
