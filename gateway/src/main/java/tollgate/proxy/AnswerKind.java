package tollgate.proxy;

import tollgate.dialect.AnswerShape.Form;

/** What an upstream's answer is, by its status and content type: the request's wish does not count. */
enum AnswerKind {
    /** Documents that come one by one, as server-sent events or otherwise: each passed when it is whole. */
    STREAM,
    /** One document with status 2xx: withheld until it is paid. */
    WHOLE,
    /** No body and nothing to pay. */
    EMPTY,
    /** An error of the request's own making, or the upstream's: passed as it is, nothing to pay. */
    ERROR,
    /** The upstream refused our account: its words stay here. */
    CREDENTIALS,
    /** A redirection: not followed. */
    REDIRECT;

    static AnswerKind of(int status, Form form) {
        if (status == 204 || status == 304) {
            return EMPTY;
        }
        if (status >= 300 && status < 400) {
            return REDIRECT;
        }
        if (status == 401 || status == 402 || status == 403) {
            return CREDENTIALS;
        }
        if (status >= 400) {
            return ERROR;
        }
        return form == Form.WHOLE ? WHOLE : STREAM;
    }

    /** It is read for its usage. */
    boolean metered() {
        return this == STREAM || this == WHOLE;
    }
}
