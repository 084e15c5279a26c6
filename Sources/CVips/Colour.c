// Any photograph -> three bands of 8-bit sRGB.
//
// Alpha and spot channels are dropped, never composited. An embedded ICC profile is applied, with two exceptions:
// a profile that says nothing else than sRGB leaves the pixels as they are, bit for bit, and a profile that cannot be
// read or does not fit the image is treated as absent. 16-bit samples keep their high byte.

#include "Internal.h"

// Two profiles whose results differ by at most this, in 8-bit steps, are the same profile: makers' sRGB profiles
// round their curves differently.
enum { same_profile_steps = 2, lattice_side = 9 };

/// The number of leading bands that carry colour.
static int colour_bands(VipsInterpretation interpretation, int bands) {
    switch (interpretation) {
    case VIPS_INTERPRETATION_B_W:
    case VIPS_INTERPRETATION_GREY16:
        return 1;
    case VIPS_INTERPRETATION_CMYK:
        return 4;
    default:
        return bands < 3 ? 1 : 3;
    }
}

static gboolean is_integer_sample(VipsBandFormat format) {
    return format == VIPS_FORMAT_UCHAR || format == VIPS_FORMAT_USHORT;
}

/// How libvips should read the samples, or VIPS_INTERPRETATION_ERROR when they are no photograph.
static VipsInterpretation interpretation_of(VipsImage *image) {
    VipsInterpretation guess = vips_image_guess_interpretation(image);
    VipsBandFormat format = vips_image_get_format(image);
    int bands = vips_image_get_bands(image);
    switch (guess) {
    case VIPS_INTERPRETATION_LAB:
    case VIPS_INTERPRETATION_LABS:
    case VIPS_INTERPRETATION_XYZ:
    case VIPS_INTERPRETATION_scRGB:
        return bands < 3 ? VIPS_INTERPRETATION_ERROR : guess;
    default:
        break;
    }
    if (!is_integer_sample(format)) return VIPS_INTERPRETATION_ERROR;
    gboolean wide = format == VIPS_FORMAT_USHORT;
    if (guess == VIPS_INTERPRETATION_CMYK && bands >= 4) return guess;
    if (bands < 3) return wide ? VIPS_INTERPRETATION_GREY16 : VIPS_INTERPRETATION_B_W;
    return wide ? VIPS_INTERPRETATION_RGB16 : VIPS_INTERPRETATION_sRGB;
}

static VipsImage *transform(VipsImage *image) {
    VipsImage *out = NULL;
    // Black point compensation maps a press's black to the screen's; it changes nothing for camera profiles.
    if (vips_icc_transform(
            image, &out, "srgb", "embedded", TRUE, "intent", VIPS_INTENT_RELATIVE, "black_point_compensation", TRUE,
            "depth", 8, NULL)
        != 0) {
        vips_error_clear();
        return NULL;
    }
    return out;
}

/// Runs a lattice of colours through the profile. TRUE when each comes out as it went in.
static gboolean profile_is_srgb(VipsImage *image, int bands) {
    uint8_t lattice[lattice_side * lattice_side * lattice_side * 3];
    int count = bands == 1 ? 256 : lattice_side * lattice_side * lattice_side;
    for (int i = 0; i < count; i++) {
        if (bands == 1) {
            lattice[i] = (uint8_t)i;
            continue;
        }
        int steps[3] = {i % lattice_side, i / lattice_side % lattice_side, i / lattice_side / lattice_side};
        for (int band = 0; band < 3; band++) lattice[3 * i + band] = (uint8_t)(255 * steps[band] / (lattice_side - 1));
    }

    const void *profile = NULL;
    size_t profile_bytes = 0;
    if (vips_image_get_blob(image, VIPS_META_ICC_NAME, &profile, &profile_bytes) != 0) return FALSE;
    VipsImage *probe = vips_image_new_from_memory(lattice, (size_t)(count * bands), count, 1, bands, VIPS_FORMAT_UCHAR);
    if (probe == NULL) return FALSE;
    probe->Type = bands == 1 ? VIPS_INTERPRETATION_B_W : VIPS_INTERPRETATION_sRGB;
    vips_image_set_blob_copy(probe, VIPS_META_ICC_NAME, profile, profile_bytes);

    gboolean same = FALSE;
    VipsImage *result = transform(probe);
    if (result != NULL) {
        size_t byte_count = 0;
        uint8_t *rgb = vips_image_write_to_memory(result, &byte_count);
        same = rgb != NULL && byte_count == (size_t)count * 3;
        for (int i = 0; same && i < 3 * count; i++) {
            int expected = bands == 1 ? lattice[i / 3] : lattice[i];
            same = abs(rgb[i] - expected) <= same_profile_steps;
        }
        g_free(rgb);
        g_object_unref(result);
    }
    g_object_unref(probe);
    return same;
}

/// The image seen through its embedded profile as a new reference, or NULL when there is nothing to apply.
static VipsImage *apply_profile(VipsImage *image) {
    int bands = vips_image_get_bands(image);
    if (vips_image_get_typeof(image, VIPS_META_ICC_NAME) == 0) return NULL;
    if (!is_integer_sample(vips_image_get_format(image))) return NULL;
    if (bands < 4 && profile_is_srgb(image, bands)) return NULL;
    return transform(image);
}

VipsImage *cvips_convert_to_srgb(VipsImage *image, CVipsStatus *status) {
    // `t` owns its images and is freed with `context`.
    VipsObject *context = VIPS_OBJECT(vips_image_new());
    VipsImage **t = (VipsImage **)vips_object_local_array(context, 5);
    VipsImage *out = NULL;
    *status = CVipsStatusFailed;

    if (vips_image_decode(image, &t[0]) != 0) goto done;
    VipsInterpretation interpretation = interpretation_of(t[0]);
    if (interpretation == VIPS_INTERPRETATION_ERROR) {
        *status = CVipsStatusUnsupportedSamples;
        goto done;
    }
    int bands = colour_bands(interpretation, vips_image_get_bands(t[0]));
    if (vips_extract_band(t[0], &t[1], 0, "n", bands, NULL) != 0) goto done;
    if (vips_copy(t[1], &t[2], "interpretation", interpretation, NULL) != 0) goto done;

    t[3] = apply_profile(t[2]);
    VipsImage *coloured = t[3] != NULL ? t[3] : t[2];
    if (vips_colourspace(coloured, &t[4], VIPS_INTERPRETATION_sRGB, NULL) != 0) goto done;
    if (vips_image_get_bands(t[4]) != 3) {
        *status = CVipsStatusUnsupportedSamples;
        goto done;
    }
    if (vips_cast_uchar(t[4], &out, NULL) != 0) goto done;
    *status = CVipsStatusOK;
done:
    g_object_unref(context);
    return out;
}
