/* ukeysim: a PKCS#11 shim over SoftHSM2 that adds what SoftHSM2 lacks and real keys have: a counter of
   wrong PINs that locks, and being pulled out.

   build:   gcc -shared -fPIC -O1 -o libukeysim.so ukeysim.c -ldl
   control: UKEYSIM_REAL  the SoftHSM2 module
            UKEYSIM_DIR   a folder; a file "unplugged" there means pulled out, "tries" counts wrong PINs
            UKEYSIM_MAX   how many wrong PINs lock (6)

   The few types are declared here, so that no header of a vendor is needed. */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef unsigned long ulong_t;
typedef ulong_t rv_t;
typedef unsigned char byte_t;

enum { OK = 0, GENERAL_ERROR = 0x5, DEVICE_REMOVED = 0x32, PIN_INCORRECT = 0xA0, PIN_LEN_RANGE = 0xA2,
       PIN_LOCKED = 0xA4, TOKEN_NOT_PRESENT = 0xE0, BUFFER_TOO_SMALL = 0x150 };
enum { COUNT_LOW = 0x10000, FINAL_TRY = 0x20000, LOCKED = 0x40000, INITIALIZED = 0x400 };
enum { USER = 1, SHORTEST = 4, LONGEST = 32, MOST_SLOTS = 64 };

/* Places in the function list of PKCS#11 2.x, which holds 68 pointers after its version. */
enum { GET_FUNCTION_LIST = 3, GET_SLOT_LIST = 4, GET_TOKEN_INFO = 6, INIT_PIN = 10, SET_PIN = 11,
       OPEN_SESSION = 12, CLOSE_ALL_SESSIONS = 14, LOGIN = 18, GET_ATTRIBUTE_VALUE = 24,
       FIND_OBJECTS_INIT = 26, SIGN_INIT = 42, SIGN = 43, FUNCTIONS = 68 };

struct function_list { byte_t version[2]; void *function[FUNCTIONS]; };
struct token_info { byte_t names[96]; ulong_t flags, counts[10]; byte_t rest[20]; };

static struct function_list *real, ours;

#define CALL(place, type, ...) (((rv_t(*) type)real->function[place])(__VA_ARGS__))

static const char *in_folder(const char *name)
{
    static __thread char path[512];
    const char *folder = getenv("UKEYSIM_DIR");
    snprintf(path, sizeof path, "%s/%s", folder ? folder : ".", name);
    return path;
}

static int is_plugged(void) { return access(in_folder("unplugged"), F_OK) != 0; }

static int tries(void)
{
    int count = 0;
    FILE *file = fopen(in_folder("tries"), "r");
    if (file) {
        if (fscanf(file, "%d", &count) != 1) count = 0;
        fclose(file);
    }
    return count;
}

static void set_tries(int count)
{
    FILE *file = fopen(in_folder("tries"), "w");
    if (file) {
        fprintf(file, "%d", count);
        fclose(file);
    }
}

static int most(void)
{
    const char *text = getenv("UKEYSIM_MAX");
    return text ? atoi(text) : 6;
}

static rv_t count(rv_t rv)
{
    if (rv == OK) set_tries(0);
    if (rv == PIN_INCORRECT) {
        set_tries(tries() + 1);
        if (tries() >= most()) return PIN_LOCKED;
    }
    return rv;
}

static rv_t get_token_info(ulong_t slot, struct token_info *info)
{
    if (!is_plugged()) return TOKEN_NOT_PRESENT;
    rv_t rv = CALL(GET_TOKEN_INFO, (ulong_t, struct token_info *), slot, info);
    int wrong = tries();
    info->flags &= ~(ulong_t)(COUNT_LOW | FINAL_TRY | LOCKED);
    if (wrong >= most()) info->flags |= LOCKED;
    else if (wrong == most() - 1) info->flags |= FINAL_TRY | COUNT_LOW;
    else if (wrong > 0) info->flags |= COUNT_LOW;
    return rv;
}

static rv_t get_slot_list(byte_t present, ulong_t *slots, ulong_t *number)
{
    ulong_t all[MOST_SLOTS], found[MOST_SLOTS], count = MOST_SLOTS, kept = 0;
    struct token_info info;
    rv_t rv = CALL(GET_SLOT_LIST, (byte_t, ulong_t *, ulong_t *), 1, all, &count);
    if (rv != OK) return rv;
    for (ulong_t i = 0; i < count; i++) {
        rv = CALL(GET_TOKEN_INFO, (ulong_t, struct token_info *), all[i], &info);
        if (rv == OK && (info.flags & INITIALIZED) && (!present || is_plugged())) found[kept++] = all[i];
    }
    if (slots && *number < kept) rv = BUFFER_TOO_SMALL;
    else rv = OK;
    if (slots && rv == OK) memcpy(slots, found, kept * sizeof *found);
    *number = kept;
    return rv;
}

static rv_t open_session(ulong_t slot, ulong_t flags, void *app, void *notify, ulong_t *session)
{
    if (!is_plugged()) return TOKEN_NOT_PRESENT;
    return CALL(OPEN_SESSION, (ulong_t, ulong_t, void *, void *, ulong_t *), slot, flags, app, notify, session);
}

static rv_t login(ulong_t session, ulong_t user, byte_t *pin, ulong_t length)
{
    if (!is_plugged()) return DEVICE_REMOVED;
    if (user == USER && tries() >= most()) return PIN_LOCKED;
    if (user == USER && (length < SHORTEST || length > LONGEST)) return PIN_LEN_RANGE;
    rv_t rv = CALL(LOGIN, (ulong_t, ulong_t, byte_t *, ulong_t), session, user, pin, length);
    return user == USER ? count(rv) : rv;
}

static rv_t set_pin(ulong_t session, byte_t *old, ulong_t old_length, byte_t *new, ulong_t new_length)
{
    if (!is_plugged()) return DEVICE_REMOVED;
    if (tries() >= most()) return PIN_LOCKED;
    return count(CALL(SET_PIN, (ulong_t, byte_t *, ulong_t, byte_t *, ulong_t), session, old, old_length, new,
                      new_length));
}

static rv_t init_pin(ulong_t session, byte_t *pin, ulong_t length)
{
    if (!is_plugged()) return DEVICE_REMOVED;
    return count(CALL(INIT_PIN, (ulong_t, byte_t *, ulong_t), session, pin, length));
}

static rv_t sign_init(ulong_t session, void *mechanism, ulong_t key)
{
    if (!is_plugged()) return DEVICE_REMOVED;
    return CALL(SIGN_INIT, (ulong_t, void *, ulong_t), session, mechanism, key);
}

static rv_t sign(ulong_t session, byte_t *data, ulong_t length, byte_t *signature, ulong_t *signature_length)
{
    if (!is_plugged()) return DEVICE_REMOVED;
    return CALL(SIGN, (ulong_t, byte_t *, ulong_t, byte_t *, ulong_t *), session, data, length, signature,
                signature_length);
}

static rv_t find_objects_init(ulong_t session, void *attributes, ulong_t number)
{
    if (!is_plugged()) return DEVICE_REMOVED;
    return CALL(FIND_OBJECTS_INIT, (ulong_t, void *, ulong_t), session, attributes, number);
}

static rv_t get_attribute_value(ulong_t session, ulong_t object, void *attributes, ulong_t number)
{
    if (!is_plugged()) return DEVICE_REMOVED;
    return CALL(GET_ATTRIBUTE_VALUE, (ulong_t, ulong_t, void *, ulong_t), session, object, attributes, number);
}

rv_t C_CloseAllSessions(ulong_t slot) { return real ? CALL(CLOSE_ALL_SESSIONS, (ulong_t), slot) : GENERAL_ERROR; }

rv_t C_GetFunctionList(struct function_list **list)
{
    if (!real) {
        const char *module = getenv("UKEYSIM_REAL");
        void *handle = module ? dlopen(module, RTLD_NOW | RTLD_LOCAL) : NULL;
        rv_t (*get)(struct function_list **) =
            handle ? (rv_t(*)(struct function_list **))dlsym(handle, "C_GetFunctionList") : NULL;
        if (!get || get(&real) != OK) return GENERAL_ERROR;
        ours = *real;
        ours.function[GET_FUNCTION_LIST] = (void *)C_GetFunctionList;
        ours.function[GET_SLOT_LIST] = (void *)get_slot_list;
        ours.function[GET_TOKEN_INFO] = (void *)get_token_info;
        ours.function[INIT_PIN] = (void *)init_pin;
        ours.function[SET_PIN] = (void *)set_pin;
        ours.function[OPEN_SESSION] = (void *)open_session;
        ours.function[LOGIN] = (void *)login;
        ours.function[GET_ATTRIBUTE_VALUE] = (void *)get_attribute_value;
        ours.function[FIND_OBJECTS_INIT] = (void *)find_objects_init;
        ours.function[SIGN_INIT] = (void *)sign_init;
        ours.function[SIGN] = (void *)sign;
    }
    *list = &ours;
    return OK;
}
