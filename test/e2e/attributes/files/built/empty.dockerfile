FROM scratch
COPY brought /
