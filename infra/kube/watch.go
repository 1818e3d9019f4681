// SPDX-License-Identifier: Apache-2.0

package kube

import (
	"context"
	"sync"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/tools/cache"

	"github.com/lanner-project/lanner/infra/job"
	"github.com/lanner-project/lanner/infra/job/run"
	"github.com/lanner-project/lanner/infra/pod"
)

// watcher keeps what is told about the runs of a namespace up to date.
type watcher struct {
	runner *Runner
	jobs   cache.Store
	pods   cache.Indexer

	mu    sync.Mutex
	dirty map[string]bool
	wake  chan struct{}
}

func (w *watcher) mark(id string) {
	if id == "" {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.dirty[id] = true
	select {
	case w.wake <- struct{}{}:
	default: // it is awake already
	}
}

func (w *watcher) take() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	var all []string
	for id := range w.dirty {
		all = append(all, id)
	}
	clear(w.dirty)
	return all
}

// byRun is the index of pods by their run.
const byRun = "run"

// watch looks at the runs that the selector has, and at each that changes, until
// the context ends or enough is seen.
func (r *Runner) watch(ctx context.Context, selector string, look func(seen) bool) error {
	ctx, cancel := context.WithCancel(ctx)
	w := &watcher{runner: r, dirty: make(map[string]bool), wake: make(chan struct{}, 1)}
	factory := informers.NewSharedInformerFactoryWithOptions(r.client, 0, informers.WithNamespace(r.config.Namespace),
		informers.WithTweakListOptions(func(o *metav1.ListOptions) { o.LabelSelector = selector }))
	// What it starts has to end before this returns.
	defer factory.Shutdown()
	defer cancel()
	jobs, pods := factory.Batch().V1().Jobs().Informer(), factory.Core().V1().Pods().Informer()
	w.jobs, w.pods = jobs.GetStore(), pods.GetIndexer()
	if err := pods.AddIndexers(cache.Indexers{byRun: func(obj any) ([]string, error) {
		return []string{labelOf(obj)}, nil
	}}); err != nil {
		return err
	}
	handler := cache.ResourceEventHandlerFuncs{
		AddFunc: func(obj any) { w.mark(labelOf(obj)) }, UpdateFunc: func(_, obj any) { w.mark(labelOf(obj)) }, DeleteFunc: func(obj any) { w.mark(labelOf(obj)) },
	}
	for _, informer := range []cache.SharedIndexInformer{jobs, pods} {
		if _, err := informer.AddEventHandler(handler); err != nil {
			return err
		}
	}
	factory.Start(ctx.Done())
	factory.WaitForCacheSync(ctx.Done())
	return w.loop(ctx, look)
}

func labelOf(obj any) string {
	if gone, ok := obj.(cache.DeletedFinalStateUnknown); ok {
		obj = gone.Obj
	}
	if o, ok := obj.(metav1.Object); ok {
		return o.GetLabels()[runLabel]
	}
	return ""
}

func (w *watcher) loop(ctx context.Context, look func(seen) bool) error {
	for {
		for _, id := range w.take() {
			s, ok, err := w.see(id)
			if err != nil {
				return err
			}
			if !ok {
				continue
			}
			if s.stuck != "" && !s.State.Done() {
				if err := w.stuck(ctx, s); err != nil && ctx.Err() == nil {
					return err
				}
			}
			if look(s) {
				return nil
			}
		}
		select {
		case <-ctx.Done():
			return nil
		case <-w.wake:
		}
	}
}

func (w *watcher) see(id string) (seen, bool, error) {
	obj, there, err := w.jobs.GetByKey(w.runner.config.Namespace + "/" + name(id))
	if err != nil || !there {
		return seen{}, false, err
	}
	j, ok := obj.(*batchv1.Job)
	if !ok || j.DeletionTimestamp != nil {
		return seen{}, false, nil
	}
	objs, err := w.pods.ByIndex(byRun, id)
	if err != nil {
		return seen{}, false, err
	}
	var pods []*corev1.Pod
	for _, obj := range objs {
		if p, ok := obj.(*corev1.Pod); ok {
			pods = append(pods, p)
		}
	}
	return w.runner.config.look(j, pods), true, nil
}

// stuck ends a run that does not begin, when it is time.
func (w *watcher) stuck(ctx context.Context, s seen) error {
	if left := time.Until(s.until); left > 0 {
		time.AfterFunc(left, func() { w.mark(s.ID) })
		return nil
	}
	return w.runner.stop(ctx, s.ID, pod.End{State: job.Error, Why: s.stuck})
}

// Watch implements [run.Runner].
func (r *Runner) Watch(ctx context.Context, tell func(run.Status)) error {
	told := make(map[string]run.Status)
	return r.watch(ctx, managedBy+"="+manager, func(s seen) bool {
		if told[s.ID] != s.Status {
			told[s.ID] = s.Status
			tell(s.Status)
		}
		return false
	})
}

// until waits until a run is as it should be.
func (r *Runner) until(ctx context.Context, id string, enough func(seen) bool) error {
	if _, err := r.get(ctx, id); err != nil {
		return err
	}
	if err := r.watch(ctx, runLabel+"="+id, enough); err != nil {
		return err
	}
	return ctx.Err()
}
