// Command oras-ours drives the ORAS library the way its command-line tool does, which cannot be
// installed as a Go module.
//
//	oras-ours [-user U -password P] push REFERENCE TYPE [KEY=VALUE ...] -- FILE ...
//	oras-ours [-user U -password P] attach REFERENCE TYPE [KEY=VALUE ...] -- FILE ...
//	oras-ours [-user U -password P] pull REFERENCE FOLDER
//	oras-ours [-user U -password P] discover REFERENCE [TYPE]
//	oras-ours [-user U -password P] copy REFERENCE REFERENCE
//	oras-ours [-user U -password P] delete REFERENCE
//
// A reference is HOST/NAME:TAG or HOST/NAME@DIGEST; HOST must be on loopback and is spoken to
// without TLS. TYPE is an artifact type, KEY=VALUE an annotation. What push, attach, pull and copy
// print is the digest of the manifest; what discover prints is a JSON list of descriptors.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	v1 "github.com/opencontainers/image-spec/specs-go/v1"
	"oras.land/oras-go/v2"
	"oras.land/oras-go/v2/content/file"
	"oras.land/oras-go/v2/registry/remote"
	"oras.land/oras-go/v2/registry/remote/auth"
	"oras.land/oras-go/v2/registry/remote/retry"
)

// layerType is what the command-line tool gives files whose type is not said.
const layerType = "application/vnd.oci.image.layer.v1.tar"

var (
	user     = flag.String("user", "", "user name")
	password = flag.String("password", "", "password or token")
)

func main() {
	flag.Parse()
	if err := run(context.Background(), flag.Args()); err != nil {
		fmt.Fprintln(os.Stderr, "Error:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) error {
	if len(args) < 2 {
		return errors.New("a command and a reference are needed")
	}
	repository, err := open(args[1])
	if err != nil {
		return err
	}
	reference, rest := repository.Reference.Reference, args[2:]
	switch command := args[0]; command {
	case "push", "attach":
		return push(ctx, repository, reference, command == "attach", rest)
	case "pull":
		if len(rest) != 1 {
			return errors.New("pull needs a folder")
		}
		return pull(ctx, repository, reference, rest[0])
	case "discover":
		return discover(ctx, repository, reference, strings.Join(rest, ""))
	case "copy":
		if len(rest) != 1 {
			return errors.New("copy needs a second reference")
		}
		return copyGraph(ctx, repository, reference, rest[0])
	case "delete":
		return remove(ctx, repository, reference)
	default:
		return fmt.Errorf("there is no command %q", command)
	}
}

// open gives the repository that a reference names; nothing but loopback is ever spoken to.
func open(reference string) (*remote.Repository, error) {
	repository, err := remote.NewRepository(reference)
	if err != nil {
		return nil, err
	}
	host := repository.Reference.Registry
	if !strings.HasPrefix(host, "127.0.0.1:") {
		return nil, fmt.Errorf("%s is not on loopback", host)
	}
	repository.PlainHTTP = true
	client := &auth.Client{Client: retry.DefaultClient, Cache: auth.NewCache()}
	if *user != "" {
		credential := auth.Credential{Username: *user, Password: *password}
		client.Credential = auth.StaticCredential(host, credential)
	}
	repository.Client = client
	return repository, nil
}

// push packs files into a manifest and sends it under the reference, or as a referrer of it.
func push(
	ctx context.Context, target *remote.Repository, reference string, attach bool, words []string,
) error {
	at := slices.Index(words, "--")
	if at < 1 {
		return errors.New("an artifact type, then --, then files are needed")
	}
	artifactType, files := words[0], words[at+1:]
	options := oras.PackManifestOptions{ManifestAnnotations: map[string]string{}}
	for _, word := range words[1:at] {
		key, value, found := strings.Cut(word, "=")
		if !found {
			return fmt.Errorf("%q is no annotation", word)
		}
		options.ManifestAnnotations[key] = value
	}
	store, err := file.New("")
	if err != nil {
		return err
	}
	defer store.Close()
	for _, path := range files {
		layer, err := store.Add(ctx, filepath.Base(path), layerType, path)
		if err != nil {
			return err
		}
		options.Layers = append(options.Layers, layer)
	}
	if attach {
		subject, err := target.Resolve(ctx, reference)
		if err != nil {
			return err
		}
		options.Subject = &subject
	}
	manifest, err := oras.PackManifest(ctx, store, oras.PackManifestVersion1_1, artifactType, options)
	if err != nil {
		return err
	}
	if attach {
		err = oras.CopyGraph(ctx, store, target, manifest, oras.DefaultCopyGraphOptions)
	} else {
		if err = store.Tag(ctx, manifest, reference); err != nil {
			return err
		}
		_, err = oras.Copy(ctx, store, reference, target, reference, oras.DefaultCopyOptions)
	}
	return show(manifest, err)
}

// pull writes an artifact's files into a folder.
func pull(ctx context.Context, source *remote.Repository, reference, folder string) error {
	store, err := file.New(folder)
	if err != nil {
		return err
	}
	defer store.Close()
	manifest, err := oras.Copy(ctx, source, reference, store, reference, oras.DefaultCopyOptions)
	return show(manifest, err)
}

// discover lists what refers to a manifest.
func discover(ctx context.Context, target *remote.Repository, reference, artifactType string) error {
	subject, err := target.Resolve(ctx, reference)
	if err != nil {
		return err
	}
	found := []v1.Descriptor{}
	err = target.Referrers(ctx, subject, artifactType, func(page []v1.Descriptor) error {
		found = append(found, page...)
		return nil
	})
	if err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(found)
}

// copyGraph copies a manifest, what it needs and what refers to it.
func copyGraph(ctx context.Context, source *remote.Repository, reference, to string) error {
	target, err := open(to)
	if err != nil {
		return err
	}
	manifest, err := oras.ExtendedCopy(
		ctx, source, reference, target, target.Reference.Reference, oras.DefaultExtendedCopyOptions,
	)
	return show(manifest, err)
}

// remove deletes the manifest that a reference names.
func remove(ctx context.Context, target *remote.Repository, reference string) error {
	manifest, err := target.Resolve(ctx, reference)
	if err != nil {
		return err
	}
	return target.Delete(ctx, manifest)
}

func show(manifest v1.Descriptor, err error) error {
	if err == nil {
		fmt.Println(manifest.Digest)
	}
	return err
}
