// Every vectorised kernel, for the vector width, tile and instructions that the including file sets.
#pragma once
#include "attention.h"
#include "elementary.h"
#include "finish_rows.h"
#include "normalize_rows.h"
#include "packed_weights.h"
#include "product.h"
#include "speed.h"
#include "winograd.h"

#define KERNELS(form_name)                                                                                             \
    {.name = form_name, .vector_width = VECTOR_WIDTH, .packed_size = packed_size, .pack = pack,                        \
     .product_scratch = product_scratch, .product = product, .finish_rows = finish_rows,                               \
     .normalize_rows = normalize_rows, .attention_scratch = attention_scratch, .attention = attention,                 \
     .winograd_columns = winograd_columns, .winograd_weight_size = winograd_weight_size,                             \
     .winograd_pack = winograd_pack, .winograd_scratch = winograd_scratch, .winograd = winograd, .convert = convert,   \
     .multiply_add = multiply_add, .copy = copy, .triad = triad}
