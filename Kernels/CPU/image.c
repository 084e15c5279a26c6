// prepare_image, downsample_row, metric_depth_row: what happens to pixels before and behind the network.
// layout    photograph [height, width, 3] 8-bit; maps [rows, columns, channels] float32
// numerics  float32. Bilinear with half-pixel centres and no antialiasing: source coordinate
//           max(0, (i + 0.5) n / m - 0.5) for n input and m output samples, weights from its fraction, the second
//           sample clamped to the edge.
#include "CPUKernels.h"

// Where an output sample lies between two input samples.
typedef struct {
    size_t low, high;
    float fraction;
} sample;

static inline sample sample_at(size_t index, size_t input_count, size_t output_count) {
    // In double: at 1e5 pixels a float coordinate has lost all but 7 bits of its fraction.
    double source = ((double)index + 0.5) * ((double)input_count / (double)output_count) - 0.5;
    if (source < 0) source = 0;
    size_t low = (size_t)source;
    if (low > input_count - 1) low = input_count - 1;
    size_t high = low + 1 < input_count ? low + 1 : low;
    return (sample){low, high, (float)(source - (double)low)};
}

static inline float between(float a, float b, float fraction) { return (1.0f - fraction) * a + fraction * b; }

void cpu_prepare_image(const uint8_t *photograph, size_t height, size_t width, size_t side, size_t first_row,
                       size_t row_count, float *scratch, float *output) {
    uint32_t *low = (uint32_t *)scratch, *high = low + side;
    float *fraction = scratch + 2 * side;
    for (size_t x = 0; x < side; x++) {
        sample s = sample_at(x, width, side);
        low[x] = (uint32_t)(3 * s.low);
        high[x] = (uint32_t)(3 * s.high);
        fraction[x] = s.fraction;
    }
    for (size_t row = first_row; row < first_row + row_count; row++) {
        sample s = sample_at(row, height, side);
        const uint8_t *above = photograph + s.low * width * 3, *below = photograph + s.high * width * 3;
        float *pixels = output + row * side * 3;
        for (size_t x = 0; x < side; x++) {
            for (size_t c = 0; c < 3; c++) {
                float top = between(above[low[x] + c], above[high[x] + c], fraction[x]);
                float bottom = between(below[low[x] + c], below[high[x] + c], fraction[x]);
                pixels[3 * x + c] = (between(top, bottom, s.fraction) - 127.5f) / 127.5f;
            }
        }
    }
}

// Output pixel x is the mean of the four centre pixels of its block; `input` is the first of the block's rows.
void cpu_downsample_row(const float *input, size_t input_columns, size_t channels, size_t factor, size_t columns,
                        float *output) {
    const float *above = input + (factor / 2 - 1) * input_columns * channels, *below = above + input_columns * channels;
    for (size_t x = 0; x < columns; x++) {
        size_t left = (x * factor + factor / 2 - 1) * channels, right = left + channels;
        for (size_t c = 0; c < channels; c++) {
            float top = 0.5f * above[left + c] + 0.5f * above[right + c];
            float bottom = 0.5f * below[left + c] + 0.5f * below[right + c];
            output[x * channels + c] = 0.5f * top + 0.5f * bottom;
        }
    }
}

// 1 / clamp(scale * inverse depth), resized from [side, side] to row `row` of [height, width]; the clamp keeps the
// result within 1e-4 and 1e4. NaN stays NaN.
void cpu_metric_depth_row(const float *inverse_depth, size_t side, size_t height, size_t width, size_t row, float scale,
                          float *output) {
    sample s = sample_at(row, side, height);
    const float *above = inverse_depth + s.low * side, *below = inverse_depth + s.high * side;
    for (size_t x = 0; x < width; x++) {
        sample t = sample_at(x, side, width);
        float top = between(above[t.low] * scale, above[t.high] * scale, t.fraction);
        float bottom = between(below[t.low] * scale, below[t.high] * scale, t.fraction);
        float value = between(top, bottom, s.fraction);
        value = value < 1e-4f ? 1e-4f : value > 1e4f ? 1e4f : value;
        output[x] = 1.0f / value;
    }
}
