/* Declared here and not included: GRDBSQLite has the header, and two modules must not both define its types. */
int sqlite3_config(int, ...);

/* SQLITE_CONFIG_MEMSTATUS (9), off. Variadic, so it cannot be called from Swift. Only before SQLite's first use. */
static inline int martlet_sqlite_without_statistics(void) { return sqlite3_config(9, 0); }
