// SHA256_CTX is deprecated in OpenSSL 3, and wanted: docs/decisions/dependencies.md says why.
#define OPENSSL_SUPPRESS_DEPRECATED

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>
