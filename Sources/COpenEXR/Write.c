// Writing: one float32 channel into memory; who calls writes the file.

#include <openexr.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "COpenEXR.h"

enum { message_bytes = 300 };

struct CEXREncoded {
    uint8_t *bytes;
    size_t byte_count;
    size_t capacity;
    char message[message_bytes];
};

static void handle_error(exr_const_context_t context, exr_result_t code, const char *message) {
    CEXREncoded *encoded = NULL;
    if (context == NULL || exr_get_user_data(context, (void **)&encoded) != EXR_ERR_SUCCESS || encoded == NULL) return;
    if (encoded->message[0] == 0) {
        snprintf(
            encoded->message, message_bytes, "%s", message != NULL ? message : exr_get_default_error_message(code));
    }
}

/// OpenEXR goes back to fill in its table of chunks, so that `offset` may lie anywhere.
static int64_t write_bytes(
    exr_const_context_t context, void *user, const void *buffer, uint64_t size, uint64_t offset,
    exr_stream_error_func_ptr_t error) {
    (void)context;
    (void)error;
    CEXREncoded *encoded = user;
    size_t end = offset + size;
    if (end > encoded->capacity) {
        size_t capacity = end + end / 2 + 4096;
        uint8_t *bytes = realloc(encoded->bytes, capacity);
        if (bytes == NULL) return -1;
        memset(bytes + encoded->capacity, 0, capacity - encoded->capacity);
        encoded->bytes = bytes;
        encoded->capacity = capacity;
    }
    memcpy(encoded->bytes + offset, buffer, size);
    if (end > encoded->byte_count) encoded->byte_count = end;
    return (int64_t)size;
}

static exr_result_t write_header(
    exr_context_t context, int width, int height, const char *channel, const char *const *texts, int text_count) {
    int part = 0;
    exr_result_t result = exr_add_part(context, "depth", EXR_STORAGE_SCANLINE, &part);
    if (result == EXR_ERR_SUCCESS) {
        result = exr_initialize_required_attr_simple(context, part, width, height, EXR_COMPRESSION_ZIP);
    }
    if (result == EXR_ERR_SUCCESS) {
        result = exr_add_channel(context, part, channel, EXR_PIXEL_FLOAT, EXR_PERCEPTUALLY_LOGARITHMIC, 1, 1);
    }
    for (int i = 0; result == EXR_ERR_SUCCESS && i < text_count; i++) {
        result = exr_attr_set_string(context, part, texts[2 * i], texts[2 * i + 1]);
    }
    return result == EXR_ERR_SUCCESS ? exr_write_header(context) : result;
}

static exr_result_t write_rows(exr_context_t context, const float *values, int width, int height) {
    int32_t rows = 0;
    exr_result_t result = exr_get_scanlines_per_chunk(context, 0, &rows);
    exr_encode_pipeline_t encode = EXR_ENCODE_PIPELINE_INITIALIZER;
    for (int y = 0; result == EXR_ERR_SUCCESS && y < height; y += rows) {
        exr_chunk_info_t chunk;
        result = exr_write_scanline_chunk_info(context, 0, y, &chunk);
        if (result != EXR_ERR_SUCCESS) break;
        result = y == 0 ? exr_encoding_initialize(context, 0, &chunk, &encode)
                        : exr_encoding_update(context, 0, &chunk, &encode);
        if (result != EXR_ERR_SUCCESS) break;
        encode.channels[0].user_bytes_per_element = sizeof(float);
        encode.channels[0].user_data_type = EXR_PIXEL_FLOAT;
        encode.channels[0].user_pixel_stride = sizeof(float);
        encode.channels[0].user_line_stride = (int32_t)sizeof(float) * width;
        encode.channels[0].encode_from_ptr = (const uint8_t *)(values + (size_t)y * (size_t)width);
        if (y == 0) result = exr_encoding_choose_default_routines(context, 0, &encode);
        if (result == EXR_ERR_SUCCESS) result = exr_encoding_run(context, 0, &encode);
    }
    exr_encoding_destroy(context, &encode);
    return result;
}

CEXREncoded *cexr_encode(
    const float *values, int width, int height, const char *channel, const char *const *texts, int text_count) {
    CEXREncoded *encoded = calloc(1, sizeof *encoded);
    if (encoded == NULL) abort();
    exr_context_initializer_t setup = EXR_DEFAULT_CONTEXT_INITIALIZER;
    setup.error_handler_fn = handle_error;
    setup.user_data = encoded;
    setup.write_fn = write_bytes;
    exr_context_t context = NULL;
    exr_result_t result = exr_start_write(&context, "image", EXR_WRITE_FILE_DIRECTLY, &setup);
    if (result == EXR_ERR_SUCCESS) result = write_header(context, width, height, channel, texts, text_count);
    if (result == EXR_ERR_SUCCESS) result = write_rows(context, values, width, height);
    if (context != NULL) {
        exr_result_t finished = exr_finish(&context);
        if (result == EXR_ERR_SUCCESS) result = finished;
    }
    if (result != EXR_ERR_SUCCESS && encoded->message[0] == 0) {
        snprintf(encoded->message, message_bytes, "%s", exr_get_default_error_message(result));
    }
    return encoded;
}

const char *cexr_encoded_message(const CEXREncoded *encoded) { return encoded->message; }
const void *cexr_encoded_bytes(const CEXREncoded *encoded) { return encoded->bytes; }
size_t cexr_encoded_byte_count(const CEXREncoded *encoded) { return encoded->byte_count; }

void cexr_encoded_free(CEXREncoded *encoded) {
    free(encoded->bytes);
    free(encoded);
}
