// The CPU back end's own kernels. Everything is float32, row-major, channels innermost; matrix products themselves are
// OpenBLAS's. A kernel runs on the calling thread, allocates nothing and keeps no state, so that any number of threads
// may call it at once on memory of their own. NaN is never lost: rectifier, maximum and exponential all hand it on.
#pragma once
#include <stddef.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

// The instruction sets that the vectorised kernels are compiled for.
typedef enum {
    cpu_form_portable,  // whatever the compiler's baseline offers: SSE2, NEON
    cpu_form_avx2,      // AVX2 with FMA
    cpu_form_avx512,    // AVX-512 F, BW, DQ, VL
} cpu_form;

typedef enum {
    cpu_activation_none,
    cpu_activation_relu,  // max(x, 0), NaN stays NaN
    cpu_activation_gelu,  // x / 2 (1 + erf(x / sqrt 2))
} cpu_activation;

// What happens to a tile of sums on its way to the output: biases, activation, scale, residuals.
typedef struct {
    const float *_Nullable border_bias;  // [columns]
    const float *_Nullable bias;         // [columns]
    const float *_Nullable scale;        // [columns]
    const float *_Nullable const *_Nullable residuals;
    size_t residual_count;
    cpu_activation activation;
} cpu_epilogue;

// A map to convolve with a 3x3 kernel, [rows, columns, channels], and the tiles of 4x4 output pixels to compute.
typedef struct {
    const float *map;
    size_t rows, columns, channels;
    int rectifies;  // max(x, 0) while reading
    size_t first_tile, tile_count;  // row by row over the output
} cpu_winograd_input;

// One set of vectorised kernels; see the file named after each for its contract.
typedef struct {
    const char *name;
    size_t vector_width;
    void (*finish_rows)(const cpu_epilogue *epilogue, size_t rows, size_t columns, const float *sums, size_t sums_stride,
                        size_t first, size_t stride, float *output);
    void (*normalize_rows)(size_t rows, size_t columns, const float *input, const float *weight, const float *bias,
                           float epsilon, float *output);
    size_t (*attention_scratch)(size_t tokens, size_t head_width);
    void (*attention)(size_t tokens, size_t width, size_t head_width, size_t head, size_t first_query,
                      size_t query_count, const float *qkv, float *scratch, float *output);
    void (*narrow_product)(size_t rows, size_t columns, size_t depth, const float *left, size_t left_stride,
                           const float *right, size_t right_stride, int accumulates, float *sums, size_t sums_stride);
    size_t (*winograd_columns)(size_t outputs);
    size_t (*winograd_weight_count)(size_t outputs, size_t inputs);
    void (*winograd_pack)(size_t outputs, size_t inputs, const float *weight, float *packed);
    size_t (*winograd_scratch)(size_t tile_count, size_t outputs, size_t inputs);
    const float *_Nonnull (*_Nonnull winograd)(const cpu_winograd_input *input, size_t outputs, const float *packed, float *scratch);
    void (*rectify)(size_t count, const float *input, float *output);
    void (*exponential)(size_t count, const float *input, float *output);
    void (*gelu)(size_t count, const float *input, float *output);
    size_t (*multiply_add)(size_t rounds, float *result);
    void (*copy)(size_t count, const float *input, float *output);
    void (*triad)(size_t count, const float *a, const float *b, float scale, float *output);
} cpu_kernels;

// The kernels of one form, or NULL when they are not compiled for this architecture or the processor lacks the
// instructions.
const cpu_kernels *_Nullable cpu_kernels_for(cpu_form form);

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
