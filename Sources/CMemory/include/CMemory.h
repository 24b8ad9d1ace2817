#pragma once

/* What glibc and Linux offer; other systems have nothing like it, and nothing to mend. */

/* glibc: pieces from `large` octets on go back to the kernel when freed, `top` free ones are kept at a heap's end, and there
   are `arenas` heaps. Before the first thread. */
void martlet_give_memory_back(int large, int top, int arenas);

/* glibc: whole free pages go back to the kernel wherever they are, not only at a heap's end. */
void martlet_trim_heaps(void);

/* Linux: code and constants of the program and its libraries are no longer mapped; the kernel finds them in their files again
   (nearly always in its cache of these) as they are used. */
void martlet_unmap_code(void);
