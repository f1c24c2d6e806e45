# One program of the control plane.
FROM scratch
ARG NAME
COPY ${NAME} /usr/local/bin/
ENV PATH=/usr/local/bin
