FROM busybox
RUN echo of another file > /facts
