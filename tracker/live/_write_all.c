/* One frame to many sockets, without the interpreter between one write and the next. */

#define Py_LIMITED_API 0x030B0000
#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include <errno.h>
#include <sys/socket.h>

#ifndef MSG_NOSIGNAL
#define MSG_NOSIGNAL 0 /* macOS has none; Python ignores SIGPIPE. */
#endif

static ssize_t send_now(int file, const void *data, size_t size)
{
    ssize_t taken;
    do {
        taken = send(file, data, size, MSG_DONTWAIT | MSG_NOSIGNAL);
    } while (taken < 0 && errno == EINTR);
    return taken < 0 ? 0 : taken;
}

static PyObject *short_ones(const int *files, const ssize_t *taken, Py_ssize_t count,
                            Py_ssize_t size)
{
    PyObject *found = PyList_New(0);
    for (Py_ssize_t i = 0; found != NULL && i < count; i++) {
        if (taken[i] == size)
            continue;
        PyObject *pair = Py_BuildValue("(in)", files[i], (Py_ssize_t)taken[i]);
        if (pair == NULL || PyList_Append(found, pair) < 0)
            Py_CLEAR(found);
        Py_XDECREF(pair);
    }
    return found;
}

static PyObject *write_all(PyObject *module, PyObject *args)
{
    Py_buffer numbers, data;
    PyObject *found = NULL;
    if (!PyArg_ParseTuple(args, "y*y*", &numbers, &data))
        return NULL;
    const int *files = numbers.buf;
    const Py_ssize_t count = numbers.len / (Py_ssize_t)sizeof(int);
    ssize_t *taken = PyMem_Malloc((size_t)(count ? count : 1) * sizeof(ssize_t));
    if (numbers.itemsize != sizeof(int) && numbers.len != 0) {
        PyErr_SetString(PyExc_TypeError, "files must be an array of C ints");
    } else if (taken == NULL) {
        PyErr_NoMemory();
    } else {
        Py_BEGIN_ALLOW_THREADS
        for (Py_ssize_t i = 0; i < count; i++)
            taken[i] = send_now(files[i], data.buf, (size_t)data.len);
        Py_END_ALLOW_THREADS
        found = short_ones(files, taken, count, data.len);
    }
    PyMem_Free(taken);
    PyBuffer_Release(&numbers);
    PyBuffer_Release(&data);
    return found;
}

static PyMethodDef methods[] = {
    {"write_all", write_all, METH_VARARGS,
     "Write bytes to each socket of an array of C ints, and return those that took less."},
    {NULL, NULL, 0, NULL},
};

static PyModuleDef_Slot slots[] = {{0, NULL}};

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT, "_write_all", NULL, 0, methods, slots, NULL, NULL, NULL,
};

PyMODINIT_FUNC PyInit__write_all(void)
{
    return PyModuleDef_Init(&definition);
}
