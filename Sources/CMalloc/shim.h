#include <stdlib.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif

/* glibc's settings; other systems' allocators have none of them, and nothing to mend. */
static inline void martlet_give_memory_back(int large, int top, int arenas) {
#ifdef __GLIBC__
    mallopt(M_MMAP_THRESHOLD, large);
    mallopt(M_TRIM_THRESHOLD, top);
    mallopt(M_ARENA_MAX, arenas);
#endif
}
