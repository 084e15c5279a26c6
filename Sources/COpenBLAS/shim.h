// The BLAS calls that the CPU back end makes; the library and its header come from the system (pkg-config openblas).
#pragma once
#include <cblas.h>
