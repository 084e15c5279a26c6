// Reading: the header when the file is opened, the chunks of one channel on demand.

#include <openexr.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "COpenEXR.h"

enum { message_bytes = 300, largest_side = 1 << 16 };

struct CEXRImage {
    const uint8_t *bytes;
    size_t byte_count;
    exr_context_t context;
    const exr_attr_chlist_t *channels;
    exr_storage_t storage;
    int left, top, width, height;
    char message[message_bytes];
};

/// Keeps the first complaint, which names the cause; later ones follow from it.
static void complain(CEXRImage *image, const char *message) {
    if (image->message[0] == 0) snprintf(image->message, message_bytes, "%s", message);
}

static void handle_error(exr_const_context_t context, exr_result_t code, const char *message) {
    CEXRImage *image = NULL;
    // A context that is still being made has no user data yet.
    if (context == NULL || exr_get_user_data(context, (void **)&image) != EXR_ERR_SUCCESS || image == NULL) return;
    complain(image, message != NULL ? message : exr_get_default_error_message(code));
}

static int64_t read_bytes(
    exr_const_context_t context, void *user, void *buffer, uint64_t size, uint64_t offset,
    exr_stream_error_func_ptr_t error) {
    (void)context;
    (void)error;
    const CEXRImage *image = user;
    if (offset >= image->byte_count) return 0;
    uint64_t rest = image->byte_count - offset;
    if (size > rest) size = rest;
    memcpy(buffer, image->bytes + offset, size);
    return (int64_t)size;
}

static int64_t query_size(exr_const_context_t context, void *user) {
    (void)context;
    return (int64_t)((const CEXRImage *)user)->byte_count;
}

static void read_header(CEXRImage *image) {
    exr_context_initializer_t setup = EXR_DEFAULT_CONTEXT_INITIALIZER;
    setup.error_handler_fn = handle_error;
    setup.user_data = image;
    setup.read_fn = read_bytes;
    setup.size_fn = query_size;
    setup.max_image_width = setup.max_image_height = largest_side;
    setup.max_tile_width = setup.max_tile_height = largest_side;
    exr_attr_box2i_t window;
    exr_result_t result = exr_start_read(&image->context, "image", &setup);
    if (result == EXR_ERR_SUCCESS) result = exr_get_storage(image->context, 0, &image->storage);
    if (result == EXR_ERR_SUCCESS) result = exr_get_data_window(image->context, 0, &window);
    if (result == EXR_ERR_SUCCESS) result = exr_get_channels(image->context, 0, &image->channels);
    if (result != EXR_ERR_SUCCESS) {
        complain(image, exr_get_default_error_message(result));
        return;
    }
    if (image->storage != EXR_STORAGE_SCANLINE && image->storage != EXR_STORAGE_TILED) {
        complain(image, "it holds deep data, not one value a pixel");
        return;
    }
    int64_t width = (int64_t)window.max.x - window.min.x + 1, height = (int64_t)window.max.y - window.min.y + 1;
    if (width < 1 || height < 1 || width > largest_side || height > largest_side) {
        complain(image, "its data window is empty or too large");
        return;
    }
    image->left = window.min.x;
    image->top = window.min.y;
    image->width = (int)width;
    image->height = (int)height;
}

CEXRImage *cexr_open(const void *bytes, size_t byte_count) {
    CEXRImage *image = calloc(1, sizeof *image);
    if (image == NULL) abort();
    image->bytes = bytes;
    image->byte_count = byte_count;
    read_header(image);
    return image;
}

void cexr_close(CEXRImage *image) {
    if (image->context != NULL) exr_finish(&image->context);
    free(image);
}

const char *cexr_message(const CEXRImage *image) { return image->message; }
int cexr_width(const CEXRImage *image) { return image->width; }
int cexr_height(const CEXRImage *image) { return image->height; }

int cexr_channel_count(const CEXRImage *image) {
    return image->width > 0 && image->channels != NULL ? image->channels->num_channels : 0;
}

const char *cexr_channel_name(const CEXRImage *image, int index) {
    return index >= 0 && index < cexr_channel_count(image) ? image->channels->entries[index].name.str : "";
}

/// Where a chunk's first sample goes; the chunk must lie within the data window.
static float *target(const CEXRImage *image, const exr_chunk_info_t *chunk, int x, int y, float *values) {
    if (x < 0 || y < 0 || chunk->width < 1 || chunk->height < 1) return NULL;
    if (chunk->width > image->width - x || chunk->height > image->height - y) return NULL;
    return values + (size_t)y * (size_t)image->width + (size_t)x;
}

static exr_result_t read_chunk(
    CEXRImage *image, const exr_chunk_info_t *chunk, int index, int x, int y, float *values) {
    float *first = target(image, chunk, x, y, values);
    if (first == NULL) return EXR_ERR_BAD_CHUNK_LEADER;
    exr_decode_pipeline_t decode = EXR_DECODE_PIPELINE_INITIALIZER;
    exr_result_t result = exr_decoding_initialize(image->context, 0, chunk, &decode);
    if (result == EXR_ERR_SUCCESS && index < decode.channel_count) {
        exr_coding_channel_info_t *channel = &decode.channels[index];
        channel->user_bytes_per_element = sizeof(float);
        channel->user_data_type = EXR_PIXEL_FLOAT;
        channel->user_pixel_stride = sizeof(float);
        channel->user_line_stride = (int32_t)sizeof(float) * image->width;
        channel->decode_to_ptr = (uint8_t *)first;
        result = exr_decoding_choose_default_routines(image->context, 0, &decode);
        if (result == EXR_ERR_SUCCESS) result = exr_decoding_run(image->context, 0, &decode);
    }
    exr_decoding_destroy(image->context, &decode);
    return result;
}

static exr_result_t read_scanlines(CEXRImage *image, int index, float *values) {
    int32_t rows = 0;
    exr_result_t result = exr_get_scanlines_per_chunk(image->context, 0, &rows);
    if (result == EXR_ERR_SUCCESS && rows < 1) result = EXR_ERR_BAD_CHUNK_LEADER;
    for (int y = 0; result == EXR_ERR_SUCCESS && y < image->height; y += rows) {
        exr_chunk_info_t chunk;
        result = exr_read_scanline_chunk_info(image->context, 0, image->top + y, &chunk);
        if (result == EXR_ERR_SUCCESS) result = read_chunk(image, &chunk, index, 0, y, values);
    }
    return result;
}

/// The finest level only.
static exr_result_t read_tiles(CEXRImage *image, int index, float *values) {
    int32_t width = 0, height = 0;
    exr_result_t result = exr_get_tile_sizes(image->context, 0, 0, 0, &width, &height);
    if (result == EXR_ERR_SUCCESS && (width < 1 || height < 1)) result = EXR_ERR_BAD_CHUNK_LEADER;
    for (int y = 0; result == EXR_ERR_SUCCESS && y < image->height; y += height) {
        for (int x = 0; result == EXR_ERR_SUCCESS && x < image->width; x += width) {
            exr_chunk_info_t chunk;
            result = exr_read_tile_chunk_info(image->context, 0, x / width, y / height, 0, 0, &chunk);
            if (result == EXR_ERR_SUCCESS) result = read_chunk(image, &chunk, index, x, y, values);
        }
    }
    return result;
}

int cexr_read_channel(CEXRImage *image, int index, float *values, size_t value_count) {
    if (index < 0 || index >= cexr_channel_count(image)) return -1;
    if (value_count != (size_t)image->width * (size_t)image->height) return -1;
    const exr_attr_chlist_entry_t *channel = &image->channels->entries[index];
    if (channel->x_sampling != 1 || channel->y_sampling != 1) {
        complain(image, "the channel has fewer samples than the image pixels");
        return -1;
    }
    exr_result_t result = image->storage == EXR_STORAGE_TILED ? read_tiles(image, index, values)
                                                               : read_scanlines(image, index, values);
    if (result == EXR_ERR_SUCCESS) return 0;
    complain(image, exr_get_default_error_message(result));
    return -1;
}
