#include <sqlite3.h>
#include "CSQLiteSetup.h"

int martlet_sqlite_without_statistics(void) { return sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0); }
