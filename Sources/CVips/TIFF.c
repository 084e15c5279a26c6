// EXIF in TIFF through libtiff, which libvips decodes TIFF with: libvips reads the EXIF of other formats alone.

#include <stdio.h>
#include <string.h>

#include <tiffio.h>

#include "Internal.h"

/// A file in memory with a place to read from.
struct memory {
    const uint8_t *bytes;
    size_t byte_count;
    uint64_t place;
};

static tmsize_t read_bytes(thandle_t handle, void *target, tmsize_t count) {
    struct memory *memory = handle;
    if (count < 0 || memory->place >= memory->byte_count) return 0;
    size_t rest = memory->byte_count - (size_t)memory->place;
    size_t taken = VIPS_MIN((size_t)count, rest);
    memcpy(target, memory->bytes + memory->place, taken);
    memory->place += taken;
    return (tmsize_t)taken;
}

static tmsize_t write_nothing(thandle_t handle, void *bytes, tmsize_t count) {
    (void)handle, (void)bytes, (void)count;
    return 0;
}

static toff_t seek(thandle_t handle, toff_t offset, int whence) {
    struct memory *memory = handle;
    uint64_t base = whence == SEEK_CUR ? memory->place : whence == SEEK_END ? memory->byte_count : 0;
    memory->place = base + offset;
    return memory->place;
}

static int close_nothing(thandle_t handle) {
    (void)handle;
    return 0;
}

static toff_t size(thandle_t handle) {
    return ((struct memory *)handle)->byte_count;
}

static double focal_length_35mm(struct memory *memory) {
    // "m": libtiff asks the functions above rather than for a map.
    TIFF *tiff = TIFFClientOpen(
        "photograph", "rm", memory, read_bytes, write_nothing, seek, close_nothing, size, NULL, NULL);
    if (tiff == NULL) return 0;
    toff_t exif = 0;
    uint16_t millimetres = 0;
    if (TIFFGetField(tiff, TIFFTAG_EXIFIFD, &exif) == 1 && TIFFReadEXIFDirectory(tiff, exif) == 1) {
        TIFFGetField(tiff, EXIFTAG_FOCALLENGTHIN35MMFILM, &millimetres);
    }
    TIFFClose(tiff);
    return millimetres;
}

double cvips_image_tiff_focal_length_35mm(CVipsImage *image) {
    const char *loader = NULL;
    if (image->header == NULL || vips_image_get_string(image->header, VIPS_META_LOADER, &loader) != 0) return 0;
    if (!g_str_has_prefix(loader, "tiff")) return 0;
    cvips_begin_operation();
    struct memory memory = {0};
    memory.bytes = vips_source_map(image->source, &memory.byte_count);
    double millimetres = memory.bytes == NULL ? 0 : focal_length_35mm(&memory);
    vips_error_clear();
    cvips_end_operation();
    return millimetres;
}
