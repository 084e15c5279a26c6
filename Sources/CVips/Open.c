// Opening an image: find a loader by the first bytes, read the header, decode nothing.

#include "Internal.h"

/// Takes over `source`, which may be NULL when it could not be made.
static CVipsImage *open_source(VipsSource *source) {
    CVipsImage *image = g_new0(CVipsImage, 1);
    image->source = source;
    if (source == NULL) {
        image->status = CVipsStatusFailed;
        image->message = cvips_take_error();
        return image;
    }
    if (vips_foreign_find_load_source(source) == NULL) {
        image->status = CVipsStatusUnsupportedFormat;
        image->message = cvips_take_error();
        return image;
    }
    // fail_on error: a truncated or damaged file is an error, never a half-grey image.
    image->header = vips_image_new_from_source(
        source, "", "access", VIPS_ACCESS_SEQUENTIAL, "fail_on", VIPS_FAIL_ON_ERROR, NULL);
    if (image->header == NULL) {
        image->status = CVipsStatusFailed;
        image->message = cvips_take_error();
    }
    return image;
}

CVipsImage *cvips_image_open_file(const char *path) {
    return open_source(vips_source_new_from_file(path));
}

CVipsImage *cvips_image_open_memory(const void *bytes, size_t byte_count) {
    VipsBlob *blob = vips_blob_copy(bytes, byte_count);
    VipsSource *source = vips_source_new_from_blob(blob);
    vips_area_unref(VIPS_AREA(blob));
    return open_source(source);
}

void cvips_image_close(CVipsImage *image) {
    g_clear_object(&image->header);
    g_clear_object(&image->source);
    g_free(image->message);
    g_free(image->text);
    g_free(image);
}

CVipsStatus cvips_image_status(const CVipsImage *image) {
    return image->status;
}

const char *cvips_image_message(const CVipsImage *image) {
    return image->message == NULL ? "" : image->message;
}

int cvips_image_upright_width(const CVipsImage *image) {
    if (image->header == NULL) return 0;
    gboolean swap = vips_image_get_orientation_swap(image->header);
    return swap ? vips_image_get_height(image->header) : vips_image_get_width(image->header);
}

int cvips_image_upright_height(const CVipsImage *image) {
    if (image->header == NULL) return 0;
    gboolean swap = vips_image_get_orientation_swap(image->header);
    return swap ? vips_image_get_width(image->header) : vips_image_get_height(image->header);
}

const char *cvips_image_text(CVipsImage *image, const char *field) {
    g_clear_pointer(&image->text, g_free);
    if (image->header == NULL || vips_image_get_typeof(image->header, field) == 0) return NULL;
    if (vips_image_get_as_string(image->header, field, &image->text) != 0) {
        vips_error_clear();
        return NULL;
    }
    return image->text;
}
