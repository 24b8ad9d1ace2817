#pragma once

/* No header of SQLite here: GRDBSQLite has it, and two modules must not both define its types. */

/* SQLITE_CONFIG_MEMSTATUS, off. Variadic, so it cannot be called from Swift. Only before SQLite's first use in the process;
   a result code of SQLite. */
int martlet_sqlite_without_statistics(void);

/* Makes what SQLite writes to a write-ahead log go to the file in large pieces, for all databases that are opened from now
   on: see log_file.c. A result code of SQLite. */
int martlet_sqlite_gather_log(void);

/* How many pieces the calling thread has written to logs since. */
unsigned long long martlet_sqlite_log_writes(void);
