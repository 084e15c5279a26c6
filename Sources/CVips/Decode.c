// Decoding: pull the pixels through the pipeline in strips, straight into the caller's buffer.

#include <string.h>

#include "Internal.h"

enum { strip_rows = 64 };

/// Ends the operation with what became of it.
static CVipsStatus finish(CVipsImage *image, CVipsStatus status) {
    image->status = status;
    g_clear_pointer(&image->message, g_free);
    if (status == CVipsStatusFailed) {
        image->message = cvips_take_error();
    } else if (status == CVipsStatusOK && (image->message = cvips_find_damage(image->source, image->header)) != NULL) {
        image->status = CVipsStatusFailed;
    }
    cvips_end_operation();
    return image->status;
}

/// Computes `image` from top to bottom on this thread and copies its rows to `bytes`.
static int copy_rows(VipsImage *image, uint8_t *bytes) {
    size_t row_bytes = VIPS_IMAGE_SIZEOF_LINE(image);
    VipsRegion *region = vips_region_new(image);
    int result = 0;
    for (int top = 0; result == 0 && top < image->Ysize; top += strip_rows) {
        VipsRect strip = {0, top, image->Xsize, VIPS_MIN(strip_rows, image->Ysize - top)};
        result = vips_region_prepare(region, &strip);
        for (int y = top; result == 0 && y < top + strip.height; y++) {
            memcpy(bytes + (size_t)y * row_bytes, VIPS_REGION_ADDR(region, 0, y), row_bytes);
        }
    }
    g_object_unref(region);
    return result;
}

/// `image` turned upright, as a new reference. Turning needs every pixel, so those files are decoded to memory first.
static VipsImage *upright(VipsImage *image) {
    if (vips_image_get_orientation(image) == 1) {
        g_object_ref(image);
        return image;
    }
    VipsImage *memory = vips_image_copy_memory(image);
    if (memory == NULL) return NULL;
    VipsImage *out = NULL;
    int result = vips_autorot(memory, &out, NULL);
    g_object_unref(memory);
    return result == 0 ? out : NULL;
}

CVipsStatus cvips_image_decode_rgb(CVipsImage *image, uint8_t *rgb, size_t byte_count) {
    if (image->header == NULL) return image->status;
    cvips_begin_operation();
    CVipsStatus status = CVipsStatusFailed;
    VipsImage *srgb = cvips_convert_to_srgb(image->header, &status);
    if (srgb == NULL) return finish(image, status);
    VipsImage *out = upright(srgb);
    g_object_unref(srgb);
    if (out == NULL) return finish(image, CVipsStatusFailed);
    status = CVipsStatusWrongBuffer;
    if (VIPS_IMAGE_SIZEOF_IMAGE(out) == byte_count) {
        status = copy_rows(out, rgb) == 0 ? CVipsStatusOK : CVipsStatusFailed;
    }
    g_object_unref(out);
    return finish(image, status);
}

CVipsStatus cvips_image_decode_grey16(CVipsImage *image, uint16_t *values, size_t value_count) {
    if (image->header == NULL) return image->status;
    cvips_begin_operation();
    VipsImage *header = image->header;
    if (vips_image_get_bands(header) != 1 || vips_image_get_format(header) != VIPS_FORMAT_USHORT) {
        return finish(image, CVipsStatusUnsupportedSamples);
    }
    if (VIPS_IMAGE_SIZEOF_IMAGE(header) != value_count * sizeof(uint16_t)) {
        return finish(image, CVipsStatusWrongBuffer);
    }
    return finish(image, copy_rows(header, (uint8_t *)values) == 0 ? CVipsStatusOK : CVipsStatusFailed);
}

CVipsStatus cvips_image_decode_grey_float(CVipsImage *image, float *values, size_t value_count) {
    if (image->header == NULL) return image->status;
    cvips_begin_operation();
    VipsImage *header = image->header;
    if (vips_image_get_bands(header) != 1 || vips_band_format_iscomplex(vips_image_get_format(header))) {
        return finish(image, CVipsStatusUnsupportedSamples);
    }
    VipsImage *grey = NULL;
    if (vips_cast_float(header, &grey, NULL) != 0) return finish(image, CVipsStatusFailed);
    CVipsStatus status = CVipsStatusWrongBuffer;
    if (VIPS_IMAGE_SIZEOF_IMAGE(grey) == value_count * sizeof(float)) {
        status = copy_rows(grey, (uint8_t *)values) == 0 ? CVipsStatusOK : CVipsStatusFailed;
    }
    g_object_unref(grey);
    return finish(image, status);
}
