#include "nsinit.h"

int main(int argc, char **argv) { return nsinit_main(argc, argv); }
