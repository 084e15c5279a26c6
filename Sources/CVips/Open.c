// Opening an image: find its format by the first bytes, read the header, decode nothing.
//
// libvips' own search for a loader is not used: it asks every loader that is installed, and some of the blocked ones
// parse the file before they notice that they are blocked.

#include <string.h>

#include "Internal.h"

enum { sniff_bytes = 12 };

static gboolean has(const unsigned char *bytes, size_t offset, const char *text) {
    return memcmp(bytes + offset, text, strlen(text)) == 0;
}

/// HEIF's file type box: a size, "ftyp", and the brand of what follows.
static gboolean is_heif(const unsigned char *bytes) {
    static const char *const brands[] = {
        "heic", "heix", "hevc", "hevx", "heim", "heis", "hevm", "hevs", "mif1", "msf1", "avif", "avis",
    };
    if (!has(bytes, 4, "ftyp")) return FALSE;
    for (size_t i = 0; i < G_N_ELEMENTS(brands); i++) {
        if (has(bytes, 8, brands[i])) return TRUE;
    }
    return FALSE;
}

/// The operation that loads what begins with these bytes, or NULL.
static const char *loader_for(const unsigned char *bytes) {
    if (has(bytes, 0, "\xFF\xD8\xFF")) return "jpegload_source";
    if (has(bytes, 0, "\x89PNG\r\n\x1A\n")) return "pngload_source";
    if (has(bytes, 0, "RIFF") && has(bytes, 8, "WEBP")) return "webpload_source";
    if (is_heif(bytes)) return "heifload_source";
    // Little- and big-endian; 42 is TIFF, 43 BigTIFF.
    if (has(bytes, 0, "II*") || has(bytes, 0, "II+")) return bytes[3] == 0 ? "tiffload_source" : NULL;
    if (has(bytes, 0, "MM") && bytes[2] == 0 && (bytes[3] == 42 || bytes[3] == 43)) return "tiffload_source";
    return NULL;
}

static void read_header(CVipsImage *image) {
    const unsigned char *bytes = vips_source_sniff(image->source, sniff_bytes);
    const char *loader = bytes == NULL ? NULL : loader_for(bytes);
    if (loader == NULL) {
        vips_error_clear();
        image->status = CVipsStatusUnsupportedFormat;
        return;
    }
    // fail_on error: a truncated or damaged file is an error, never a half-grey image.
    int result = vips_call(
        loader, image->source, &image->header, "access", VIPS_ACCESS_SEQUENTIAL, "fail_on", VIPS_FAIL_ON_ERROR, NULL);
    if (result != 0) {
        g_clear_object(&image->header);
        image->status = CVipsStatusFailed;
        image->message = cvips_take_error();
    }
}

/// Takes over `source`, which may be NULL when it could not be made, and ends the operation.
static CVipsImage *open_source(VipsSource *source) {
    CVipsImage *image = g_new0(CVipsImage, 1);
    image->source = source;
    if (source != NULL) {
        read_header(image);
    } else {
        image->status = CVipsStatusFailed;
        image->message = cvips_take_error();
    }
    cvips_end_operation();
    return image;
}

CVipsImage *cvips_image_open_file(const char *path) {
    cvips_begin_operation();
    return open_source(vips_source_new_from_file(path));
}

CVipsImage *cvips_image_open_memory(const void *bytes, size_t byte_count) {
    cvips_begin_operation();
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
