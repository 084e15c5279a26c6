// Starting libvips: what may be read, and how much it may keep.

#include <pthread.h>

#include "Internal.h"

// The loaders that libvips' authors fuzz and that photographs come in. Everything else stays blocked, whether
// libvips knows it today or in a later version.
static const char *const allowed_loaders[] = {
    "VipsForeignLoadJpeg", "VipsForeignLoadPng", "VipsForeignLoadTiff", "VipsForeignLoadWebp", "VipsForeignLoadHeif",
};

static pthread_once_t once = PTHREAD_ONCE_INIT;
static int start_result = -1;

// libpng's reasons reach libvips as warnings, so the last warning of this thread's operation is kept for the message.
static _Thread_local char last_warning[256];

static void keep_warning(const gchar *domain, GLogLevelFlags level, const gchar *message, gpointer data) {
    (void)domain, (void)data;
    if ((level & G_LOG_LEVEL_WARNING) != 0) g_strlcpy(last_warning, message, sizeof last_warning);
}

static void start(void) {
    start_result = vips_init("fathom");
    if (start_result != 0) return;

    vips_block_untrusted_set(TRUE);
    vips_operation_block_set("VipsForeignLoad", TRUE);
    for (size_t i = 0; i < G_N_ELEMENTS(allowed_loaders); i++) vips_operation_block_set(allowed_loaders[i], FALSE);

    // Images are decoded side by side by the caller's threads, and none is seen twice.
    vips_concurrency_set(1);
    vips_cache_set_max(0);
    vips_cache_set_max_mem(0);
    vips_cache_set_max_files(0);

    // Remarks about odd metadata are not worth a line on the user's terminal; errors come back through the handle.
    g_log_set_handler("VIPS", G_LOG_LEVEL_WARNING | G_LOG_LEVEL_MESSAGE | G_LOG_LEVEL_INFO, keep_warning, NULL);
}

int cvips_start(void) {
    pthread_once(&once, start);
    return start_result;
}

const char *cvips_version(void) {
    return vips_version_string();
}

static pthread_mutex_t reading = PTHREAD_MUTEX_INITIALIZER;

void cvips_begin_operation(void) {
    pthread_mutex_lock(&reading);
    vips_error_clear();
    last_warning[0] = '\0';
}

void cvips_end_operation(void) {
    pthread_mutex_unlock(&reading);
}

char *cvips_find_damage(VipsSource *source, VipsImage *header) {
    const char *loader = NULL;
    if (vips_image_get_string(header, VIPS_META_LOADER, &loader) != 0 || !g_str_has_prefix(loader, "jpeg")) return NULL;
    return cvips_jpeg_damage(source);
}

char *cvips_take_error(void) {
    char *error = vips_error_buffer_copy();
    if (error != NULL && error[0] != '\0') return error;
    g_free(error);
    return g_strdup(last_warning);
}
