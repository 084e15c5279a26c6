// Encoding PNG and TIFF in memory; writing files safely is the caller's business.

#include "Internal.h"

struct CVipsEncoded {
    CVipsStatus status;
    char *message;
    void *bytes;
    size_t byte_count;
};

CVipsEncoded *cvips_encode_png(const CVipsPixels *pixels, int compression) {
    CVipsEncoded *encoded = g_new0(CVipsEncoded, 1);
    gboolean wide = pixels->bits_per_sample == 16;
    size_t sample_bytes = wide ? 2 : 1;
    encoded->status = CVipsStatusWrongBuffer;
    if (pixels->width <= 0 || pixels->height <= 0) return encoded;
    size_t expected = (size_t)pixels->width * (size_t)pixels->height * (size_t)pixels->bands * sample_bytes;
    if (pixels->byte_count != expected) return encoded;

    encoded->status = CVipsStatusFailed;
    VipsImage *image = vips_image_new_from_memory(
        pixels->samples, pixels->byte_count, pixels->width, pixels->height, pixels->bands,
        wide ? VIPS_FORMAT_USHORT : VIPS_FORMAT_UCHAR);
    if (image != NULL) {
        if (pixels->bands == 1) {
            image->Type = wide ? VIPS_INTERPRETATION_GREY16 : VIPS_INTERPRETATION_B_W;
        } else {
            image->Type = wide ? VIPS_INTERPRETATION_RGB16 : VIPS_INTERPRETATION_sRGB;
        }
        int result = vips_pngsave_buffer(
            image, &encoded->bytes, &encoded->byte_count, "compression", compression, "filter",
            VIPS_FOREIGN_PNG_FILTER_UP, NULL);
        if (result == 0) encoded->status = CVipsStatusOK;
        g_object_unref(image);
    }
    if (encoded->status != CVipsStatusOK) encoded->message = cvips_take_error();
    return encoded;
}

CVipsEncoded *cvips_encode_float_tiff(const CVipsPixels *pixels, const char *description) {
    CVipsEncoded *encoded = g_new0(CVipsEncoded, 1);
    encoded->status = CVipsStatusWrongBuffer;
    if (pixels->width <= 0 || pixels->height <= 0 || pixels->bands != 1 || pixels->bits_per_sample != 32) return encoded;
    if (pixels->byte_count != (size_t)pixels->width * (size_t)pixels->height * sizeof(float)) return encoded;

    encoded->status = CVipsStatusFailed;
    VipsImage *image = vips_image_new_from_memory(
        pixels->samples, pixels->byte_count, pixels->width, pixels->height, 1, VIPS_FORMAT_FLOAT);
    if (image != NULL) {
        image->Type = VIPS_INTERPRETATION_B_W;
        vips_image_set_string(image, VIPS_META_IMAGEDESCRIPTION, description);
        int result = vips_tiffsave_buffer(
            image, &encoded->bytes, &encoded->byte_count, "compression", VIPS_FOREIGN_TIFF_COMPRESSION_DEFLATE,
            "predictor", VIPS_FOREIGN_TIFF_PREDICTOR_FLOAT, NULL);
        if (result == 0) encoded->status = CVipsStatusOK;
        g_object_unref(image);
    }
    if (encoded->status != CVipsStatusOK) encoded->message = cvips_take_error();
    return encoded;
}

CVipsStatus cvips_encoded_status(const CVipsEncoded *encoded) {
    return encoded->status;
}

const char *cvips_encoded_message(const CVipsEncoded *encoded) {
    return encoded->message == NULL ? "" : encoded->message;
}

const void *cvips_encoded_bytes(const CVipsEncoded *encoded) {
    return encoded->bytes;
}

size_t cvips_encoded_byte_count(const CVipsEncoded *encoded) {
    return encoded->byte_count;
}

void cvips_encoded_free(CVipsEncoded *encoded) {
    g_free(encoded->bytes);
    g_free(encoded->message);
    g_free(encoded);
}
