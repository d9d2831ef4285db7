#pragma once

/* nsinit, from its begin on: what both programs become that have it in them. Its exit code. */
int nsinit_main(int argc, char **argv);
