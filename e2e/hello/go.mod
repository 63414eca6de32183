module packhouse/e2e/hello

go 1.22
