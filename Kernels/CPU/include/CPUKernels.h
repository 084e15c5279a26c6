// The CPU back end's own kernels: tensors are row-major, channels innermost. A kernel runs on the calling thread,
// allocates nothing and keeps no state, so that any number of threads may call it at once on memory of their own. NaN
// is never lost: rectifier, maximum, exponential and quantisation all hand it on.
#pragma once
#include <stddef.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

// The instruction sets that the vectorised kernels are compiled for.
typedef enum {
    cpu_form_portable,    // whatever the compiler's baseline offers: SSE2, NEON
    cpu_form_avx2,        // AVX2 with FMA
    cpu_form_avx512,      // AVX-512 F, BW, DQ, VL
    cpu_form_avx512_dot,  // the same with dot products of bfloat16 (AVX512-BF16) and int8 (AVX512-VNNI)
} cpu_form;

// What forms need beyond the compiler's baseline, one bit each.
typedef enum {
    cpu_instructions_avx2 = 1 << 0,
    cpu_instructions_fma = 1 << 1,
    cpu_instructions_avx512f = 1 << 2,
    cpu_instructions_avx512bw = 1 << 3,
    cpu_instructions_avx512dq = 1 << 4,
    cpu_instructions_avx512vl = 1 << 5,
    cpu_instructions_avx512bf16 = 1 << 6,
    cpu_instructions_avx512vnni = 1 << 7,
} cpu_instructions;

// How the elements of a tensor are stored.
typedef enum {
    cpu_type_float32,
    cpu_type_bfloat16,  // the upper half of a float32, rounded to nearest even
} cpu_type;

// A tensor in memory.
typedef struct {
    void *base;
    cpu_type type;
} cpu_values;

// What a product multiplies; sums are float32 whatever it is.
typedef enum {
    cpu_arithmetic_float32,
    cpu_arithmetic_bfloat16,  // both factors rounded to bfloat16
    cpu_arithmetic_int8,      // weights of 8 bits for each column, inputs of 8 bits for each row; see product.h
} cpu_arithmetic;

typedef enum {
    cpu_activation_none,
    cpu_activation_relu,  // max(x, 0), NaN stays NaN
    cpu_activation_gelu,  // x / 2 (1 + erf(x / sqrt 2))
} cpu_activation;

// What happens to sums on their way to the output: biases, activation, scale, residuals.
typedef struct {
    const float *_Nullable border_bias;  // [places, columns]; each row has a place, see cpu_rows
    const float *_Nullable bias;         // [columns]
    const float *_Nullable scale;        // [columns]
    const cpu_values *_Nullable residuals;
    size_t residual_count;
    cpu_activation activation;
} cpu_epilogue;

// The rows of a product: where each finds its input and where its result goes. Offsets count elements.
typedef struct {
    size_t count;
    const ptrdiff_t *inputs;                // [taps, count]: a tap's first channel; -1 where it reads zeros
    const ptrdiff_t *outputs;               // [count]: the first column's element; -1 drops the row
    const ptrdiff_t *_Nullable border_bias; // [count]: the first column's element of the border bias
} cpu_rows;

// output = epilogue(input W^T), every row's input gathered from taps of `channels` elements each.
typedef struct {
    cpu_values input;
    size_t tap_count, channel_count;
    int rectifies;  // max(x, 0) while reading
    cpu_arithmetic arithmetic;
    const void *weights;  // packed
    size_t column_count;
    cpu_epilogue epilogue;
    cpu_values output;
} cpu_product;

// A map to convolve with a 3x3 kernel, [rows, columns, channels], and the tiles of 4x4 output pixels to compute.
typedef struct {
    cpu_values map;
    size_t first_element, rows, columns, channels;
    int rectifies;                  // max(x, 0) while reading
    cpu_arithmetic arithmetic;      // of the products of transformed numbers: float32 or bfloat16
    size_t first_tile, tile_count;  // row by row over the output
} cpu_winograd_input;

// One set of vectorised kernels; see the file named after each for its contract. Sizes of packed weights and scratch
// memory are bytes.
typedef struct {
    const char *name;
    size_t vector_width;
    size_t (*packed_size)(cpu_arithmetic arithmetic, size_t columns, size_t taps, size_t channels);
    void (*pack)(cpu_arithmetic arithmetic, size_t columns, size_t taps, size_t channels, const float *weight,
                 void *packed);
    size_t (*product_scratch)(const cpu_product *product, size_t rows, size_t columns);
    void (*product)(const cpu_product *product, const cpu_rows *rows, size_t first_column, size_t column_count,
                    void *scratch);
    void (*finish_rows)(const cpu_epilogue *epilogue, const cpu_rows *rows, size_t first_column, size_t column_count,
                        const float *sums, size_t sums_stride, const cpu_values *output);
    void (*normalize_rows)(size_t rows, size_t columns, const cpu_values *input, size_t first, const float *weight,
                           const float *bias, float epsilon, const cpu_values *output);
    size_t (*attention_scratch)(size_t tokens, size_t head_width, cpu_type type);
    void (*attention)(size_t tokens, size_t width, size_t head_width, size_t head, size_t first_query,
                      size_t query_count, const cpu_values *qkv, size_t first, ptrdiff_t next, void *scratch,
                      const cpu_values *output, size_t output_first);
    size_t (*winograd_columns)(size_t outputs);
    size_t (*winograd_weight_size)(cpu_arithmetic arithmetic, size_t outputs, size_t inputs);
    void (*winograd_pack)(cpu_arithmetic arithmetic, size_t outputs, size_t inputs, const float *weight, void *packed);
    size_t (*winograd_scratch)(cpu_arithmetic arithmetic, size_t tile_count, size_t outputs, size_t inputs);
    const float *_Nonnull (*_Nonnull winograd)(const cpu_winograd_input *input, size_t outputs, const void *packed,
                                               void *scratch);
    void (*convert)(size_t count, const cpu_values *input, size_t first, const cpu_values *output, size_t output_first);
    size_t (*multiply_add)(cpu_arithmetic arithmetic, size_t rounds, float *result);
    void (*copy)(size_t count, const float *input, float *output);
    void (*triad)(size_t count, const float *a, const float *b, float scale, float *output);
} cpu_kernels;

// The instructions that this processor has and its system allows, of cpu_instructions.
uint32_t cpu_instructions_here(void);

// The kernels of a form; NULL where the compiler's target has none, or where the instructions do not suffice.
const cpu_kernels *_Nullable cpu_kernels_for(cpu_form form, uint32_t instructions);

// Rows `first_row` up to `first_row + row_count` of an 8-bit RGB photograph of `height` x `width` pixels, brought to
// `side` x `side`; see image.c. `scratch` holds 3 * side floats.
void cpu_prepare_image(const uint8_t *photograph, size_t height, size_t width, size_t side, size_t first_row,
                       size_t row_count, float *scratch, float *output);

// One row of a reduction by an even factor; see image.c.
void cpu_downsample_row(const float *input, size_t input_columns, size_t channels, size_t factor, size_t columns,
                        float *output);

// One row of metric depth from a map of inverse depth; see image.c.
void cpu_metric_depth_row(const float *inverse_depth, size_t side, size_t height, size_t width, size_t row, float scale,
                          float *output);

// Processors in the affinity mask; 0 when the system does not tell.
size_t cpu_affinity_count(void);

#pragma clang assume_nonnull end
